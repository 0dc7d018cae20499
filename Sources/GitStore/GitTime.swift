import CGit2

/// A moment and the time zone of the person who wrote it down.
public struct GitTime: Sendable, Hashable, Codable {
    /// Seconds since 1970-01-01 00:00 UTC.
    public let seconds: Int64
    /// Minutes east of UTC.
    public let offsetMinutes: Int32

    /// A moment with its time zone.
    public init(seconds: Int64, offsetMinutes: Int32 = 0) {
        self.seconds = seconds
        self.offsetMinutes = offsetMinutes
    }

    init(_ raw: git_time) {
        self.init(seconds: raw.time, offsetMinutes: raw.offset)
    }
}

extension GitTime: CustomStringConvertible {
    /// ISO 8601, in the writer's own time zone: `2024-05-01T12:00:00+02:00`.
    public var description: String {
        let local = seconds + Int64(offsetMinutes) * 60
        let (days, rest) = Self.floorDivide(local, 86_400)
        let date = Self.civil(daysSince1970: days)
        let clock = [rest / 3600, rest / 60 % 60, rest % 60].map { Self.padded($0, 2) }
        return "\(Self.padded(date.year, 4))-\(Self.padded(date.month, 2))-"
            + "\(Self.padded(date.day, 2))T\(clock.joined(separator: ":"))\(zone)"
    }

    private var zone: String {
        guard offsetMinutes != 0 else { return "Z" }
        let minutes = Int64(offsetMinutes.magnitude)
        let hours = Self.padded(minutes / 60, 2)
        return "\(offsetMinutes < 0 ? "-" : "+")\(hours):\(Self.padded(minutes % 60, 2))"
    }

    private static func floorDivide(_ value: Int64, _ by: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: by)
        return remainder < 0 ? (quotient - 1, remainder + by) : (quotient, remainder)
    }

    /// The Gregorian date, by counting from 1 March of year 0 so that the leap
    /// day is the last of its year.
    private static func civil(
        daysSince1970: Int64
    ) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = floorDivide(daysSince1970 + 719_468, 146_097)
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

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
