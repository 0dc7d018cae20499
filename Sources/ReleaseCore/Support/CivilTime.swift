import Foundation

/// A day of the calendar, counted from 1970-01-01, and what it is in words.
struct CivilDay: Sendable, Hashable, Comparable {
    var number: Int

    static func < (left: CivilDay, right: CivilDay) -> Bool { left.number < right.number }

    init(number: Int) {
        self.number = number
    }

    /// Howard Hinnant's days_from_civil.
    init(year: Int, month: Int, day: Int) {
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        number = era * 146_097 + dayOfEra - 719_468
    }

    /// Reads `2026-12-24` or `20261224`.
    init?(_ text: some StringProtocol) {
        let digits = String(text).filter { $0 != "-" }
        guard digits.count == 8, digits.allSatisfy({ $0.isASCII && $0.isNumber }),
            let value = Int(digits)
        else { return nil }
        let (year, month, day) = (value / 10_000, value / 100 % 100, value % 100)
        guard (1...12).contains(month), (1...31).contains(day) else { return nil }
        self.init(year: year, month: month, day: day)
        guard parts == (year, month, day) else { return nil }
    }

    var parts: (year: Int, month: Int, day: Int) {
        let z = number + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month,
            dayOfYear - (153 * shifted + 2) / 5 + 1
        )
    }

    /// 0 for Monday.
    var weekday: Int { ((number + 3) % 7 + 7) % 7 }

    var daysInMonth: Int {
        let (year, month, _) = parts
        let next =
            month == 12
            ? CivilDay(year: year + 1, month: 1, day: 1)
            : CivilDay(year: year, month: month + 1, day: 1)
        return next.number - CivilDay(year: year, month: month, day: 1).number
    }

    static func + (day: CivilDay, count: Int) -> CivilDay { CivilDay(number: day.number + count) }
}

/// Between moments and what clocks show in a time zone.
struct ZoneClock: Sendable {
    let zone: TimeZone

    /// `Europe/Berlin`.
    var name: String { zone.identifier }

    init?(_ name: some StringProtocol) {
        guard let zone = TimeZone(identifier: String(name)) else { return nil }
        self.zone = zone
    }

    /// The day and the second of the day that clocks show.
    func reading(_ moment: Double) -> (day: CivilDay, second: Int) {
        let local = Int(moment.rounded(.down)) + offset(moment)
        let day = local >= 0 ? local / 86_400 : (local - 86_399) / 86_400
        return (CivilDay(number: day), local - day * 86_400)
    }

    /// The moment at which clocks show it. A time that is skipped when clocks go
    /// forward counts by the clock of before, one that comes twice is the first.
    func moment(_ day: CivilDay, second: Int) -> Double {
        let local = Double(day.number * 86_400 + second)
        let before = offset(local - 86_400)
        let after = offset(local + 86_400)
        for candidate in [before, after] where offset(local - Double(candidate)) == candidate {
            return local - Double(candidate)
        }
        return local - Double(before)
    }

    private func offset(_ moment: Double) -> Int {
        zone.secondsFromGMT(for: Date(timeIntervalSince1970: moment))
    }

    /// `Thu 2026-11-26 09:00`.
    func text(_ moment: Double) -> String {
        let (day, second) = reading(moment)
        let (year, month, date) = day.parts
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return
            "\(WeekdayName.short[day.weekday]) \(year)-\(two(month))-\(two(date)) \(two(second / 3600)):\(two(second / 60 % 60))"
    }
}

/// The names of days.
enum WeekdayName {
    static let short = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    /// As RFC 5545 has them.
    static let recurrence = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]

    /// 0 for Monday; any beginning of at least two letters will do.
    static func index(_ text: some StringProtocol) -> Int? {
        let word = text.lowercased()
        let names = [
            "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
        ]
        guard word.count >= 2 else { return nil }
        return names.firstIndex { $0.hasPrefix(word) }
    }
}
