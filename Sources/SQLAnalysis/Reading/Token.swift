import CPgQuery

/// A word of SQL as PostgreSQL's scanner sees it, with its place in UTF-8 bytes.
struct Token: Sendable, Hashable {
    let kind: Kind
    let start: Int
    let end: Int

    var range: Range<Int> { start..<end }
    var isComment: Bool { kind == .lineComment || kind == .blockComment }

    /// The scanner's token number; single characters have their ASCII code.
    struct Kind: RawRepresentable, Sendable, Hashable {
        let rawValue: UInt32
        init(rawValue: UInt32) { self.rawValue = rawValue }
        private init(_ token: PgQuery__Token) { rawValue = token.rawValue }

        static let lineComment = Kind(PG_QUERY__TOKEN__SQL_COMMENT)
        static let blockComment = Kind(PG_QUERY__TOKEN__C_COMMENT)
        static let string = Kind(PG_QUERY__TOKEN__SCONST)
        static let unicodeString = Kind(PG_QUERY__TOKEN__USCONST)
        static let unicodeIdentifier = Kind(PG_QUERY__TOKEN__UIDENT)
        static let openParenthesis = Kind(PG_QUERY__TOKEN__ASCII_40)
        static let closeParenthesis = Kind(PG_QUERY__TOKEN__ASCII_41)
        static let openBracket = Kind(PG_QUERY__TOKEN__ASCII_91)
        static let closeBracket = Kind(PG_QUERY__TOKEN__ASCII_93)
        static let comma = Kind(PG_QUERY__TOKEN__ASCII_44)
        static let star = Kind(PG_QUERY__TOKEN__ASCII_42)
        static let dot = Kind(PG_QUERY__TOKEN__ASCII_46)
        static let semicolon = Kind(PG_QUERY__TOKEN__ASCII_59)
        static let typecast = Kind(PG_QUERY__TOKEN__TYPECAST)
        static let begin = Kind(PG_QUERY__TOKEN__BEGIN_P)
        static let start = Kind(PG_QUERY__TOKEN__START)
        static let transaction = Kind(PG_QUERY__TOKEN__TRANSACTION)
        static let work = Kind(PG_QUERY__TOKEN__WORK)
        static let commit = Kind(PG_QUERY__TOKEN__COMMIT)
        static let rollback = Kind(PG_QUERY__TOKEN__ROLLBACK)
        static let and = Kind(PG_QUERY__TOKEN__AND)
        static let then = Kind(PG_QUERY__TOKEN__THEN)
        static let `else` = Kind(PG_QUERY__TOKEN__ELSE)
        static let index = Kind(PG_QUERY__TOKEN__INDEX)
        static let copy = Kind(PG_QUERY__TOKEN__COPY)
        static let stdin = Kind(PG_QUERY__TOKEN__STDIN)

        var hasWrongEnd: Bool { self == .unicodeString || self == .unicodeIdentifier }
    }
}

extension UInt8 {
    /// Whether PostgreSQL's scanner takes the byte for white space.
    fileprivate var isBlank: Bool { self == UInt8(ascii: " ") || (9...13).contains(self) }
}

extension Token {
    /// The tokens of `text`, comments included, or nil where a quote or comment is not closed
    /// or a character cannot start a token.
    ///
    /// `text` must not contain a NUL byte.
    static func scan(_ text: String) -> [Token]? {
        let scanned = text.withCString { pg_query_scan($0) }
        defer { pg_query_free_scan_result(scanned) }
        guard scanned.error == nil, let data = scanned.pbuf.data else { return nil }
        let result = data.withMemoryRebound(to: UInt8.self, capacity: scanned.pbuf.len) {
            pg_query__scan_result__unpack(nil, scanned.pbuf.len, $0)
        }
        guard let result else { return nil }
        defer { pg_query__scan_result__free_unpacked(result, nil) }
        let tokens = (0..<result.pointee.n_tokens).compactMap { index -> Token? in
            guard let token = result.pointee.tokens[index]?.pointee else { return nil }
            return Token(
                kind: Kind(rawValue: token.token.rawValue), start: Int(token.start),
                end: Int(token.end))
        }
        return tokens.contains { $0.kind.hasWrongEnd } ? mended(tokens, text) : tokens
    }

    /// libpg_query 15-4.0.0 gives wrong ends to `U&'…'` and `U&"…"`. Only blanks stand between
    /// such a token and the next one, since comments are tokens too.
    private static func mended(_ tokens: [Token], _ text: String) -> [Token] {
        let bytes = Array(text.utf8)
        return tokens.indices.map { index in
            let token = tokens[index]
            guard token.kind.hasWrongEnd else { return token }
            var end = index + 1 < tokens.count ? tokens[index + 1].start : bytes.count
            while end > token.start, bytes[end - 1].isBlank { end -= 1 }
            return Token(kind: token.kind, start: token.start, end: end)
        }
    }

    /// How deep a parse tree of these tokens can be at most, in tokens.
    ///
    /// Elements of a list do not nest in each other, so only the longest one between two commas
    /// counts, together with what is nested in it.
    static func nesting(of tokens: [Token]) -> Int {
        var levels = [NestingLevel()]
        for token in tokens where !token.isComment {
            switch token.kind {
            case .openParenthesis, .openBracket:
                levels[levels.count - 1].length += 1
                levels.append(NestingLevel())
            case .closeParenthesis, .closeBracket:
                guard levels.count > 1, let inner = levels.popLast() else { continue }
                levels[levels.count - 1].nested = max(levels[levels.count - 1].nested, inner.depth)
            case .comma, .semicolon:
                levels[levels.count - 1].endElement()
            default:
                levels[levels.count - 1].length += 1
            }
        }
        return levels.reduce(0) { $0 + $1.depth }
    }
}

/// What is known of one level of brackets while its tokens are counted.
private struct NestingLevel {
    var length = 0
    var nested = 0
    var deepest = 0

    var depth: Int { max(deepest, length + nested) }

    mutating func endElement() {
        deepest = depth
        length = 0
        nested = 0
    }
}
