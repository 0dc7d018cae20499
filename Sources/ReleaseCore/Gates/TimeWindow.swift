/// Times at which something may happen, or may not: `Mon-Thu 09:00-17:00
/// Europe/Berlin`, `2026-12-20..2027-01-02 Europe/Berlin`, or a recurrence of RFC
/// 5545 such as `DTSTART;TZID=Europe/Berlin:20260105T090000
/// RRULE:FREQ=WEEKLY;BYDAY=MO,TU DURATION:PT8H`.
struct TimeWindow: Sendable {
    /// What is wrong with the text.
    struct Mistake: Error {
        var message: String
    }

    /// From one moment, included, to another, excluded.
    typealias Span = (start: Double, end: Double)

    private enum Rule: Sendable {
        /// Weekdays from 0, and seconds of the day; an end before the start is on the next day.
        case weekly(days: Set<Int>, start: Int, end: Int)
        case dates(CivilDay, CivilDay)
        case recurrence(Recurrence)
    }

    let text: String
    let clock: ZoneClock
    private let rule: Rule

    init(_ text: String) throws(Mistake) {
        self.text = text
        let words = text.split(whereSeparator: \.isWhitespace)
        if text.contains("RRULE:") || text.contains("DTSTART") {
            let recurrence = try Recurrence(words)
            rule = .recurrence(recurrence)
            clock = recurrence.clock
            return
        }
        guard let zoneName = words.last, words.count >= 2 else {
            throw Mistake(
                message:
                    "“\(text)” is no window; write for example Mon-Thu 09:00-17:00 Europe/Berlin.")
        }
        guard let clock = ZoneClock(zoneName), zoneName.contains("/") || zoneName == "UTC" else {
            throw Mistake(
                message: "“\(text)” ends without a time zone such as Europe/Berlin or UTC.")
        }
        self.clock = clock
        rule =
            words.count == 2 && words[0].first?.isNumber == true && !words[0].contains(":")
            ? try Self.dates(words[0]) : try Self.weekly(words.dropLast(), text)
    }

    private static func dates(_ word: Substring) throws(Mistake) -> Rule {
        let ends =
            word.firstRange(of: "..").map {
                [word[..<$0.lowerBound], word[$0.upperBound...]]
            } ?? [word, word]
        guard let first = CivilDay(ends[0]), let last = CivilDay(ends[1]), first <= last else {
            throw Mistake(message: "“\(word)” is no range of days; write 2026-12-20..2027-01-02.")
        }
        return .dates(first, last)
    }

    private static func weekly(_ words: ArraySlice<Substring>, _ text: String) throws(Mistake)
        -> Rule
    {
        guard let hours = words.last else { throw Mistake(message: "“\(text)” has no hours.") }
        let ends = hours.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let start = seconds(ends[0]), let end = seconds(ends[1]),
            start != end, start < 86_400
        else { throw Mistake(message: "“\(hours)” is no time of day; write 09:00-17:00.") }
        var days: Set<Int> = []
        let names = words.dropLast().joined().split(separator: ",")
        if names.isEmpty || names == ["daily"] {
            days = Set(0...6)
        } else {
            for name in names { days.formUnion(try weekdays(name)) }
        }
        return .weekly(days: days, start: start, end: end)
    }

    private static func weekdays(_ name: Substring) throws(Mistake) -> [Int] {
        let ends = name.split(separator: "-").map(WeekdayName.index)
        switch (ends.count, ends.first ?? nil, ends.last ?? nil) {
        case (1, let day?, _): return [day]
        case (2, let from?, let to?):
            return (0...((to - from + 7) % 7)).map { (from + $0) % 7 }
        default:
            throw Mistake(message: "“\(name)” names no days; write Mon-Thu or Sat,Sun.")
        }
    }

    private static func seconds(_ text: Substring) -> Int? {
        let parts = text.split(separator: ":").map { Int($0) }
        guard parts.count == 2, let hour = parts[0], let minute = parts[1],
            (0...24).contains(hour), (0...59).contains(minute), hour < 24 || minute == 0
        else { return nil }
        return hour * 3600 + minute * 60
    }

    // MARK: When

    /// The span that begins on a day, if one does.
    func span(beginningOn day: CivilDay) -> Span? {
        switch rule {
        case .weekly(let days, let start, let end):
            guard days.contains(day.weekday) else { return nil }
            let last = end <= start ? day + 1 : day
            return (clock.moment(day, second: start), clock.moment(last, second: end))
        case .dates(let first, let last):
            guard day == first else { return nil }
            return (clock.moment(first, second: 0), clock.moment(last + 1, second: 0))
        case .recurrence(let recurrence):
            guard recurrence.occurs(on: day) else { return nil }
            let start = clock.moment(day, second: recurrence.second)
            return (start, start + recurrence.duration)
        }
    }

    /// The longest a span may reach, in days.
    private var reach: Int {
        switch rule {
        case .weekly: 1
        case .dates(let first, let last): last.number - first.number + 1
        case .recurrence(let recurrence): Int(recurrence.duration / 86_400) + 1
        }
    }

    /// The spans that touch what lies between two moments.
    func spans(from: Double, to: Double) -> [Span] {
        var day = clock.reading(from).day + -(reach + 1)
        let last = clock.reading(to).day
        var spans: [Span] = []
        while day <= last {
            if let span = span(beginningOn: day), span.end > from, span.start <= to {
                spans.append(span)
            }
            day = day + 1
        }
        return spans
    }

    func contains(_ moment: Double) -> Bool {
        spans(from: moment, to: moment).contains { $0.start <= moment && moment < $0.end }
    }
}
