/// A moment as programs print it.
enum Timestamp {
    /// Reads seconds since 1970, or ISO 8601 with a time zone, such as
    /// `2026-11-23T15:00:00Z` or `2026-11-23 16:00:00+01:00`.
    ///
    /// - Returns: seconds since 1970; `nil` for anything else, also for a time whose
    ///   zone nobody knows.
    static func parse(_ text: some StringProtocol) -> Double? {
        let text = String(text).filter { !$0.isNewline }
        if !text.isEmpty, text.allSatisfy({ $0.isASCII && $0.isNumber }), text.count >= 9 {
            return Double(text)
        }
        guard text.count >= 20, let day = CivilDay(text.prefix(10)),
            text.prefix(10).filter({ $0 == "-" }).count == 2
        else { return nil }
        let rest = text.dropFirst(11)
        let clock = rest.prefix(8).split(separator: ":").compactMap { Int($0) }
        guard clock.count == 3, (0...23).contains(clock[0]), (0...59).contains(clock[1]),
            (0...60).contains(clock[2])
        else { return nil }
        var zone = rest.dropFirst(8)
        if zone.first == "." || zone.first == "," {
            zone = zone.dropFirst().drop { $0.isASCII && $0.isNumber }
        }
        guard let offset = offset(zone.drop { $0 == " " }) else { return nil }
        return Double(
            day.number * 86_400 + clock[0] * 3600 + clock[1] * 60 + clock[2] - offset)
    }

    private static func offset(_ text: Substring) -> Int? {
        if ["Z", "UTC", "GMT"].contains(text) { return 0 }
        guard let sign = text.first, sign == "+" || sign == "-" else { return nil }
        let digits = text.dropFirst().filter { $0 != ":" }
        guard digits.allSatisfy({ $0.isASCII && $0.isNumber }), let value = Int(digits) else {
            return nil
        }
        let seconds =
            digits.count == 2 ? value * 3600 : value / 100 * 3600 + value % 100 * 60
        guard digits.count == 2 || digits.count == 4 else { return nil }
        return sign == "-" ? -seconds : seconds
    }
}
