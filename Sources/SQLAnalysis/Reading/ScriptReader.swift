/// Turns the text of a script into statements.
struct ScriptReader {
    let text: String
    let lines: LineIndex

    /// What was read, before it is cut into units.
    struct Reading {
        let text: String
        let lines: LineIndex
        let tokens: [Token]
        let statements: [Statement]
        /// For each statement, the indices of its tokens, comments included.
        let tokenRanges: [Range<Int>]
        let comments: Directives.Reading
    }

    /// The procedures of a script that end transactions themselves.
    private struct CommittingCode {
        private var procedures: Set<ObjectName> = []

        /// Whether a statement runs code that ends transactions: a DO block, or a call of a
        /// procedure that the script has created.
        mutating func isRun(by facts: StatementFacts) -> Bool {
            let ends = facts.body?.endsTransaction ?? false
            guard let procedure = facts.procedure else { return ends }
            if facts.isCall { return procedures.contains(procedure) }
            if ends { procedures.insert(procedure) }
            return false
        }
    }

    init(_ text: String) {
        var text = text
        text.makeContiguousUTF8()
        self.text = text
        lines = LineIndex(text)
    }

    func read() throws(SQLSyntaxError) -> Reading {
        try refuseUnsendable()
        guard let tokens = Token.scan(text) else { throw scannerError() }
        let comments = Directives.read(tokens, of: text, lines: lines)
        let depth = Token.nesting(of: tokens)
        guard depth <= LargeStack.deepest else {
            throw SQLSyntaxError(
                "an expression goes on for \(depth) words without an end, which is more than "
                    + "sluice reads and than a server with the usual max_stack_depth takes.",
                at: 0, near: "", lines: lines)
        }
        let text = StringContinuation.bridged(text, tokens)
        // The thread must hand back values: the tree is gone when it ends.
        let outcome = LargeStack.run(bytes: depth * LargeStack.bytesPerToken) {
            () -> Result<[StatementFacts], ParseTree.Failure> in
            do throws(ParseTree.Failure) {
                let tree = try ParseTree(text)
                return .success((0..<tree.count).compactMap { facts(tree, $0) })
            } catch {
                return .failure(error)
            }
        }
        switch outcome {
        case .success(let facts):
            return assemble(facts, tokens, comments)
        case .failure(let failure):
            throw syntaxError(failure, tokens)
        case nil:
            throw SQLSyntaxError(
                "The script nests deeper than sluice can read.", at: 0, near: "", lines: lines)
        }
    }

    private func facts(_ tree: borrowing ParseTree, _ index: Int) -> StatementFacts? {
        guard let statement = tree.statement(index) else { return nil }
        let end = statement.length > 0 ? statement.start + statement.length : text.utf8.count
        return StatementFacts(statement.node, extent: statement.start..<end)
    }

    private func assemble(
        _ facts: [StatementFacts], _ tokens: [Token], _ comments: Directives.Reading
    ) -> Reading {
        var statements: [Statement] = []
        var tokenRanges: [Range<Int>] = []
        var next = 0
        var allowances = comments.allowances[...]
        var committing = CommittingCode()
        for fact in facts {
            while next < tokens.count,
                tokens[next].start < fact.extent.lowerBound || tokens[next].isComment
                    || tokens[next].kind == .semicolon
            {
                next += 1
            }
            let first = next
            var last = next
            while next < tokens.count, tokens[next].end <= fact.extent.upperBound {
                if !tokens[next].isComment { last = next }
                next += 1
            }
            guard first < next else { continue }
            let range = tokens[first].start..<tokens[last].end
            let above = allowances.prefix { $0.offset < range.lowerBound }
            allowances = allowances.dropFirst(above.count)
            tokenRanges.append(first..<last + 1)
            statements.append(
                Statement(
                    fact, ordinal: statements.count + 1, range: range,
                    line: lines.line(atUTF8: range.lowerBound), text: text.slice(utf8: range),
                    tokens: tokens[first...last], allowances: above.map(\.allowance),
                    committing: committing.isRun(by: fact)))
        }
        return Reading(
            text: text, lines: lines, tokens: tokens, statements: statements,
            tokenRanges: tokenRanges, comments: comments)
    }
}

// MARK: - Errors

extension ScriptReader {
    private func refuseUnsendable() throws(SQLSyntaxError) {
        if let nul = text.utf8.firstIndex(of: 0) {
            throw SQLSyntaxError(
                "The script contains a NUL byte, which PostgreSQL does not take.",
                at: text.utf8.distance(from: text.startIndex, to: nul), near: "", lines: lines)
        }
        if text.utf8.starts(with: [0xEF, 0xBB, 0xBF]) {
            throw SQLSyntaxError(
                "The script starts with a byte order mark, which PostgreSQL reads as part of "
                    + "the first word; save it as UTF-8 without one.",
                at: 0, near: "\u{FEFF}", lines: lines)
        }
    }

    /// The parser reports whatever comes first, so it is asked where the scanner has failed. A
    /// text that does not scan leaves no tree, so no large stack is needed.
    private func scannerError() -> SQLSyntaxError {
        do throws(ParseTree.Failure) {
            _ = try ParseTree(text)
            return SQLSyntaxError(
                "The script cannot be split into tokens.", at: 0, near: "", lines: lines)
        } catch {
            return syntaxError(error, [])
        }
    }

    private func syntaxError(_ failure: ParseTree.Failure, _ tokens: [Token]) -> SQLSyntaxError {
        let offset =
            failure.character > 0
            ? lines.offset(ofCharacter: failure.character) : text.utf8.count
        let token = tokens.first { $0.start == offset }
        let rest = text.slice(utf8: offset..<text.utf8.count)
        let near = token.map { text.slice(utf8: $0.range) } ?? rest.prefix { !$0.isWhitespace }
        return SQLSyntaxError(
            explain(failure.message, near: near, before: offset, tokens), at: offset,
            near: String(near.prefix(80)), lines: lines)
    }

    /// The parser's words, with the cause where it is a habit of psql.
    private func explain(
        _ message: String, near: Substring, before offset: Int, _ tokens: [Token]
    ) -> String {
        if near.hasPrefix("\\") {
            return "\(message): \\ commands belong to psql and cannot be part of a migration."
        }
        if Self.hasCopyFromStdin(tokens.prefix { $0.start < offset }) {
            return "\(message): the data lines of COPY … FROM STDIN belong to psql and cannot be "
                + "part of a migration; write INSERT instead."
        }
        return "\(message)."
    }

    private static func hasCopyFromStdin(_ tokens: ArraySlice<Token>) -> Bool {
        guard let end = tokens.lastIndex(where: { $0.kind == .semicolon }) else { return false }
        let statement = tokens[..<end].suffix { $0.kind != .semicolon }
        return statement.contains { $0.kind == .copy } && statement.contains { $0.kind == .stdin }
    }
}

extension BidirectionalCollection {
    /// The longest end of the collection whose elements satisfy a condition.
    fileprivate func suffix(while condition: (Element) -> Bool) -> SubSequence {
        var start = endIndex
        while start > startIndex, condition(self[index(before: start)]) {
            start = index(before: start)
        }
        return self[start...]
    }
}
