/// A point in time as people read it, to the minute.
public enum TimestampText {
    /// Shortens what PostgreSQL (`2026-11-23 18:48:24.573819+00`) or Git
    /// (`2026-11-23T18:48:24Z`) print to `2026-11-23 18:48 UTC`; other zones keep their offset.
    /// A text of another form comes back as it is.
    public static func minute(_ text: String) -> String {
        let bytes = Array(text.utf8)
        guard bytes.count > 16, bytes[4] == UInt8(ascii: "-"), bytes[13] == UInt8(ascii: ":"),
            [UInt8(ascii: " "), UInt8(ascii: "T")].contains(bytes[10])
        else { return text }
        let zone = String(text.dropFirst(16).drop { !"+-Z".contains($0) })
        let isUniversal = ["Z", "+00", "+00:00", "+0000"].contains(zone)
        return "\(text.prefix(10)) \(text.prefix(16).suffix(5))"
            + (isUniversal ? " UTC" : zone.isEmpty ? "" : " \(zone)")
    }
}
