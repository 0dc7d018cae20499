/// Durations as people write them in `sluice.yml`: `500ms`, `5s`, `30m`,
/// `24h`, `7d`, a combination such as `1h30m`, or `0`.
public enum DurationText {
    private static let units: [(suffix: String, milliseconds: Int64)] = [
        ("ms", 1), ("s", 1000), ("min", 60_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]

    /// Reads a duration; `nil` when the text is none.
    public static func parse(_ text: String) -> Duration? {
        if text == "0" { return .zero }
        var total: Int64 = 0
        var rest = text[...]
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            let letters = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(letters.count)
            guard let value = Int64(digits), value < 1_000_000_000,
                let unit = units.first(where: { $0.suffix == letters })
            else { return nil }
            let sum = total.addingReportingOverflow(value * unit.milliseconds)
            if sum.overflow { return nil }
            total = sum.partialValue
        }
        return .milliseconds(total)
    }

    /// Writes a duration for people: `12 ms`, `3.4 s`, `2 min 5 s`, `1 h 30 min`.
    public static func describe(_ duration: Duration) -> String {
        let milliseconds = duration.milliseconds
        let seconds = milliseconds / 1000
        switch milliseconds {
        case ..<1000: return "\(milliseconds) ms"
        case ..<10_000: return "\(seconds).\(milliseconds % 1000 / 100) s"
        case ..<60_000: return "\(seconds) s"
        case ..<3_600_000: return pair(seconds / 60, "min", seconds % 60, "s")
        case ..<86_400_000: return pair(seconds / 3600, "h", seconds % 3600 / 60, "min")
        default: return pair(seconds / 86_400, "d", seconds % 86_400 / 3600, "h")
        }
    }

    private static func pair(_ large: Int64, _ unit: String, _ small: Int64, _ part: String)
        -> String
    {
        small == 0 ? "\(large) \(unit)" : "\(large) \(unit) \(small) \(part)"
    }
}

extension Duration {
    /// Whole milliseconds, rounded down.
    public var milliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}
