/// The trailers at the end of a commit message.
enum Trailers {
    /// The values of trailers with one of these names.
    ///
    /// As `git interpret-trailers` finds them: in the last paragraph.
    static func values(of names: Set<String>, in message: String) -> [Substring] {
        let lines = message.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .reversed().drop { $0.allSatisfy(\.isWhitespace) }
            .prefix { !$0.allSatisfy(\.isWhitespace) }.reversed()
        return lines.compactMap { line in
            guard let colon = line.firstIndex(of: ":"),
                names.contains(line[..<colon].lowercased())
            else { return nil }
            return line[line.index(after: colon)...]
        }
    }
}
