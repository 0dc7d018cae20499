/// Where in the source the thing stands that a finding is about.
public struct FindingPlace: Sendable, Hashable {
    /// The first character to point at.
    public let start: SourceLocation
    /// How many characters, on that line only; at least one.
    public let length: Int
    /// The whole line, with tabs as they are.
    public let lineText: String
}

extension Script {
    /// Where a finding's object is named in its statement; the statement's first word where it is
    /// not named, as in a DO block.
    ///
    /// - Parameter finding: a finding of this script.
    /// - Returns: the place; the first line of the script where there is no such statement.
    public func place(of finding: Finding) -> FindingPlace {
        guard !["allow", "directive"].contains(finding.rule),
            statements.indices.contains(finding.statement - 1)
        else {
            return place(ofLine: finding.line)
        }
        let statement = statements[finding.statement - 1]
        let source = String(statement.text)
        let tokens = (Token.scan(source) ?? []).filter { !$0.isComment }
        let words = finding.objects.flatMap { object in
            [object.column, object.name.name].compactMap { $0 }
        }
        let found =
            words.lazy.compactMap { word in
                tokens.last { ObjectName(name: word).isWritten(as: source.slice(utf8: $0.range)) }
            }.first ?? tokens.first
        let base = statement.range.lowerBound
        let range = found.map { base + $0.start..<base + $0.end } ?? base..<base
        return place(of: range)
    }

    private func place(of range: Range<Int>) -> FindingPlace {
        let start = location(atUTF8: range.lowerBound)
        let end = location(atUTF8: range.upperBound)
        let line = text(ofLine: start.line)
        let length =
            end.line == start.line
            ? end.column - start.column : line.unicodeScalars.count - start.column + 1
        return FindingPlace(start: start, length: max(1, length), lineText: line)
    }

    private func place(ofLine line: Int) -> FindingPlace {
        let text = text(ofLine: line)
        let offset = lines.start(ofLine: line)
        let indent = text.prefix { $0.isWhitespace }.unicodeScalars.count
        return FindingPlace(
            start: SourceLocation(line: line, column: indent + 1, offset: offset + indent),
            length: max(1, text.unicodeScalars.count - indent), lineText: text)
    }

    private func text(ofLine line: Int) -> String {
        let (start, end) = (lines.start(ofLine: line), lines.start(ofLine: line + 1))
        let text = text.slice(utf8: start..<max(start, end))
        return String(text.filter { $0 != "\n" && $0 != "\r\n" && $0 != "\r" })
    }
}
