/// Instructions to sluice in the leading comment lines of a script, such as
/// `-- sluice:lock_timeout=5s`.
public struct Directives: Sendable, Hashable {
    /// PostgreSQL's `lock_timeout` for this script, as written: a number with an optional unit.
    public internal(set) var lockTimeout: String?
    /// PostgreSQL's `statement_timeout` for this script, as written.
    public internal(set) var statementTimeout: String?
    /// Whether each statement is to be committed on its own.
    public internal(set) var stepwise = false
    /// What people have to do once the script is deployed, such as removing a feature flag.
    public internal(set) var afterwards: [String] = []

    /// The feature flags that keep what needs this script switched off.
    public internal(set) var flags: [String] = []

    /// None.
    public static let none = Directives()

    /// The units of time that PostgreSQL knows.
    private static let units = ["", "us", "ms", "s", "min", "h", "d"]

    /// Takes up one directive, the text after `sluice:`.
    ///
    /// - Returns: what is wrong with it, as a sentence, or nil.
    mutating func take(_ directive: Substring) -> String? {
        if directive.hasPrefix("after ") {
            afterwards.append(String(directive.dropFirst("after ".count).trimmed))
            return nil
        }
        let words = directive.split(maxSplits: 1, whereSeparator: \.isWhitespace)
        if words.count == 2, words[0] == "flag" {
            flags.append(String(words[1].trimmed))
            return nil
        }
        let parts = directive.split(separator: "=", maxSplits: 1).map { $0.trimmed }
        switch (parts.first ?? "", parts.count) {
        case ("stepwise", 1):
            stepwise = true
        case ("lock_timeout", 2):
            guard Self.isDuration(parts[1]) else { return Self.wrongDuration(parts[0], parts[1]) }
            lockTimeout = String(parts[1])
        case ("statement_timeout", 2):
            guard Self.isDuration(parts[1]) else { return Self.wrongDuration(parts[0], parts[1]) }
            statementTimeout = String(parts[1])
        default:
            return "The directive sluice:\(directive) is unknown and has no effect; known are "
                + "lock_timeout=TIME, statement_timeout=TIME, stepwise, flag NAME, after TEXT and "
                + "allow RULE."
        }
        return nil
    }

    private static func isDuration(_ text: Substring) -> Bool {
        let number = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text.dropFirst(number.count).trimmed
        return !number.isEmpty && number.count <= 9 && units.contains(String(unit))
    }

    private static func wrongDuration(_ name: Substring, _ value: Substring) -> String {
        "The directive sluice:\(name) has no effect: \"\(value)\" is no time; write a whole "
            + "number with us, ms, s, min, h or d, such as 5s."
    }
}

extension Directives {
    /// What the comments of a script ask for.
    struct Reading {
        var directives = Directives()
        var allowances: [(offset: Int, allowance: Allowance)] = []
        var notes: [ScriptNote] = []
    }

    /// Reads the line comments of a script. Directives count above the first statement only,
    /// allowances anywhere.
    static func read(_ tokens: [Token], of text: String, lines: LineIndex) -> Reading {
        var reading = Reading()
        let firstStatement = tokens.first { !$0.isComment }?.start ?? Int.max
        for token in tokens where token.kind == .lineComment {
            let comment = text.slice(utf8: token.range).drop { $0 == "-" }.trimmed
            guard comment.hasPrefix("sluice:") else { continue }
            let directive = comment.dropFirst("sluice:".count).trimmed
            let line = lines.line(atUTF8: token.start)
            if let allowance = Allowance(directive, line: line) {
                reading.allowances.append((token.start, allowance))
            } else if token.start > firstStatement {
                let sentence =
                    "The directive sluice:\(directive) has no effect here; directives stand "
                    + "above the first statement."
                reading.notes.append(ScriptNote(statement: nil, line: line, sentence: sentence))
            } else if let sentence = reading.directives.take(directive) {
                reading.notes.append(ScriptNote(statement: nil, line: line, sentence: sentence))
            }
        }
        return reading
    }
}

extension Allowance {
    /// Reads the text after `sluice:`; nil where it is no `allow RULE`.
    fileprivate init?(_ directive: Substring, line: Int) {
        let words = directive.split(maxSplits: 2, whereSeparator: \.isWhitespace)
        guard words.count >= 2, words[0] == "allow" else { return nil }
        rule = String(words[1])
        reason = words.count > 2 ? String(words[2].trimmed) : ""
        self.line = line
    }
}

extension Substring {
    /// Without blanks at both ends.
    var trimmed: Substring {
        var rest = drop(while: \.isWhitespace)
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return rest
    }
}
