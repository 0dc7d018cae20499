/// Strings that go on in another line: `'a' -- why`, and below it `'b'`.
///
/// libpg_query 15-4.0.0 takes a comment between the two for an end of the string, which to
/// PostgreSQL it is not (scan.l, `quotecontinue`). In blanks both see the same.
enum StringContinuation {
    /// The text with blanks for such comments, of the same length.
    static func bridged(_ text: String, _ tokens: [Token]) -> String {
        var bytes: [UInt8] = []
        var comments: [Range<Int>] = []
        var endsInQuote = false
        for token in tokens {
            if token.kind == .lineComment {
                comments.append(token.range)
                continue
            }
            if !comments.isEmpty, endsInQuote, token.kind == .string,
                text.slice(utf8: token.range).utf8.first == quote
            {
                if bytes.isEmpty { bytes = Array(text.utf8) }
                for index in comments.joined() where !lineEnds.contains(bytes[index]) {
                    bytes[index] = UInt8(ascii: " ")
                }
            }
            comments = []
            endsInQuote =
                token.kind != .blockComment && text.slice(utf8: token.range).utf8.last == quote
        }
        return bytes.isEmpty ? text : String(decoding: bytes, as: UTF8.self)
    }

    private static let quote = UInt8(ascii: "'")
    private static let lineEnds = [UInt8(ascii: "\n"), UInt8(ascii: "\r")]
}
