public import Foundation

/// Names of new migration folders, as Prisma makes them: a UTC timestamp of
/// 14 digits, an underscore, and words joined by underscores.
public enum MigrationName {
    /// The longest name Prisma accepts, in bytes (P3010).
    static let longestText = 200

    /// A folder name that sorts behind every name given.
    ///
    /// - Parameters:
    ///   - text: what the migration does, in words.
    ///   - existing: the names on the branch.
    ///   - now: the moment to name it after.
    /// - Returns: the folder's name.
    public static func make(_ text: String, after existing: [String], now: Date = Date()) -> String
    {
        var stamp = timestamp(now)
        let latest = existing.compactMap { name in
            let digits = name.prefix { $0.isASCII && $0.isNumber }
            return digits.count == 14 ? String(digits) : nil
        }.max()
        if let latest, latest >= stamp { stamp = successor(of: latest) }
        return "\(stamp)_\(slug(text))"
    }

    /// Lowercase words joined by underscores.
    static func slug(_ text: String) -> String {
        var slug = ""
        for character in text.lowercased() {
            if character.isASCII, character.isLetter || character.isNumber {
                slug.append(character)
            } else if !slug.hasSuffix("_"), !slug.isEmpty {
                slug.append("_")
            }
        }
        while slug.hasSuffix("_") { slug.removeLast() }
        return String(slug.prefix(longestText - 15))
    }

    private static func timestamp(_ date: Date) -> String {
        let seconds = Int(date.timeIntervalSince1970)
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(secondsFromGMT: 0) ?? calendar.timeZone
        let parts = calendar.dateComponents(
            [.year, .month, .day, .hour, .minute, .second],
            from: Date(timeIntervalSince1970: TimeInterval(seconds)))
        let numbers = [parts.month, parts.day, parts.hour, parts.minute, parts.second].map {
            number in
            let text = String(number ?? 0)
            return text.count == 1 ? "0" + text : text
        }
        return String(parts.year ?? 1970) + numbers.joined()
    }

    /// One second later, where the digits are a time; else the next number.
    private static func successor(of stamp: String) -> String {
        let number = (Int(stamp) ?? 0) + 1
        // A 60th second would be no time, but names only have to sort.
        return String(number)
    }
}
