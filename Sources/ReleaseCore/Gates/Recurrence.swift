/// A recurrence of RFC 5545, as far as days go: DAILY to YEARLY with INTERVAL,
/// BYDAY, BYMONTHDAY, BYMONTH, UNTIL and COUNT. What it does not know it refuses.
struct Recurrence: Sendable {
    private enum Frequency: String {
        case daily = "DAILY"
        case weekly = "WEEKLY"
        case monthly = "MONTHLY"
        case yearly = "YEARLY"
    }

    private struct DayRule: Sendable {
        /// 1 for the first of the month, -1 for the last, 0 for every one.
        var ordinal: Int
        var weekday: Int
    }

    let clock: ZoneClock
    /// Of the day, on the clock.
    let second: Int
    /// In seconds.
    let duration: Double
    private let first: CivilDay
    private var frequency = Frequency.weekly
    private var interval = 1
    private var days: [DayRule] = []
    private var monthDays: [Int] = []
    private var months: [Int] = []
    private var until: CivilDay?
    private var count: Int?

    /// Reads the words `DTSTART;TZID=ZONE:TIME`, `RRULE:…` and `DURATION:…`.
    init(_ words: [Substring]) throws(TimeWindow.Mistake) {
        guard let start = words.first(where: { $0.hasPrefix("DTSTART") }),
            let rule = words.first(where: { $0.hasPrefix("RRULE:") }),
            let length = words.first(where: { $0.hasPrefix("DURATION:") }),
            words.count == 3
        else {
            throw .init(
                message:
                    "a recurrence is written DTSTART;TZID=Europe/Berlin:20260105T090000 RRULE:FREQ=WEEKLY;BYDAY=MO DURATION:PT8H."
            )
        }
        (clock, first, second) = try Self.start(start)
        guard let seconds = Self.seconds(length.dropFirst(9)) else {
            throw .init(message: "“\(length)” is no duration; write DURATION:PT8H or P1D.")
        }
        duration = seconds
        for part in rule.dropFirst(6).split(separator: ";") { try read(part) }
    }

    private static func start(_ word: Substring) throws(TimeWindow.Mistake) -> (
        ZoneClock, CivilDay, Int
    ) {
        let value = word.split(separator: ":").last ?? ""
        let isUTC = value.hasSuffix("Z")
        let zone = word.firstRange(of: "TZID=").map {
            word[$0.upperBound...].prefix { $0 != ":" && $0 != ";" }
        }
        let parts = value.filter { $0 != "Z" }.split(separator: "T")
        guard let clock = ZoneClock(zone ?? (isUTC ? "UTC" : "")), parts.count == 2,
            let day = CivilDay(parts[0]), parts[1].count == 6, let time = Int(parts[1]),
            time / 10_000 < 24, time / 100 % 100 < 60, time % 100 < 60
        else {
            throw .init(
                message: "“\(word)” is no start; write DTSTART;TZID=Europe/Berlin:20260105T090000.")
        }
        return (clock, day, time / 10_000 * 3600 + time / 100 % 100 * 60 + time % 100)
    }

    /// `P1D`, `PT8H30M`, `P2W`.
    private static func seconds(_ text: Substring) -> Double? {
        guard text.first == "P", text.count > 2 else { return nil }
        var total = 0
        var digits = ""
        for character in text.dropFirst() {
            if character.isASCII, character.isNumber {
                digits.append(character)
                continue
            }
            if character == "T", digits.isEmpty { continue }
            let units: [Character: Int] = ["W": 604_800, "D": 86_400, "H": 3600, "M": 60, "S": 1]
            guard let unit = units[character], let value = Int(digits), value < 100_000 else {
                return nil
            }
            total += value * unit
            digits = ""
        }
        return digits.isEmpty && total > 0 && total <= 366 * 86_400 ? Double(total) : nil
    }

    private mutating func read(_ part: Substring) throws(TimeWindow.Mistake) {
        let pair = part.split(separator: "=", maxSplits: 1)
        let value = pair.count == 2 ? pair[1] : ""
        let values = value.split(separator: ",")
        let numbers = values.compactMap { Int($0) }
        switch pair.first {
        case "FREQ":
            guard let known = Frequency(rawValue: String(value)) else { throw Self.wrong(part) }
            frequency = known
        case "INTERVAL":
            guard let number = numbers.first, number > 0 else { throw Self.wrong(part) }
            interval = number
        case "COUNT":
            guard let number = numbers.first, number > 0 else { throw Self.wrong(part) }
            count = number
        case "UNTIL":
            guard let day = CivilDay(value.prefix(8)) else { throw Self.wrong(part) }
            until = day
        case "BYDAY":
            for word in values {
                guard let weekday = WeekdayName.recurrence.firstIndex(of: String(word.suffix(2))),
                    let ordinal = word.count == 2 ? 0 : Int(word.dropLast(2))
                else { throw Self.wrong(part) }
                days.append(DayRule(ordinal: ordinal, weekday: weekday))
            }
        case "BYMONTHDAY":
            guard numbers.count == values.count else { throw Self.wrong(part) }
            monthDays = numbers
        case "BYMONTH":
            guard numbers.count == values.count, numbers.allSatisfy((1...12).contains) else {
                throw Self.wrong(part)
            }
            months = numbers
        case "WKST" where value == "MO": break
        default: throw Self.wrong(part)
        }
    }

    private static func wrong(_ part: Substring) -> TimeWindow.Mistake {
        .init(
            message:
                "“\(part)” is not understood; a recurrence may have FREQ=DAILY|WEEKLY|MONTHLY|YEARLY, INTERVAL, BYDAY, BYMONTHDAY, BYMONTH, UNTIL and COUNT."
        )
    }

    // MARK: When

    func occurs(on day: CivilDay) -> Bool {
        guard day >= first, until.map({ day <= $0 }) ?? true, matches(day) else { return false }
        guard let count else { return true }
        var before = 0
        var earlier = first
        while earlier < day {
            if matches(earlier) { before += 1 }
            if before >= count { return false }
            earlier = earlier + 1
        }
        return true
    }

    private func matches(_ day: CivilDay) -> Bool {
        let (year, month, date) = day.parts
        let start = first.parts
        guard months.isEmpty || months.contains(month) else { return false }
        switch frequency {
        case .daily:
            return (day.number - first.number) % interval == 0 && isNamed(day, otherwise: true)
        case .weekly:
            let weeks = (day.number - day.weekday - first.number + first.weekday) / 7
            return weeks % interval == 0 && isNamed(day, otherwise: day.weekday == first.weekday)
        case .monthly:
            let passed = (year - start.year) * 12 + month - start.month
            return passed % interval == 0 && isNamed(day, otherwise: date == start.day)
        case .yearly:
            let isMonth = months.isEmpty ? month == start.month : true
            return (year - start.year) % interval == 0 && isMonth
                && isNamed(day, otherwise: date == start.day)
        }
    }

    private func isNamed(_ day: CivilDay, otherwise: Bool) -> Bool {
        guard !days.isEmpty || !monthDays.isEmpty else { return otherwise }
        let date = day.parts.day
        let fromEnd = date - day.daysInMonth - 1
        let isDate =
            monthDays.isEmpty || monthDays.contains(date) || monthDays.contains(fromEnd)
        let isWeekday =
            days.isEmpty
            || days.contains { rule in
                guard rule.weekday == day.weekday else { return false }
                return rule.ordinal == 0 || rule.ordinal == (date - 1) / 7 + 1
                    || rule.ordinal == -((-fromEnd - 1) / 7 + 1)
            }
        return isDate && isWeekday
    }
}
