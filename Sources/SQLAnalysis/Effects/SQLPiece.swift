/// A statement of SQL inside the code of a routine.
struct SQLPiece {
    let sql: String
    let tokens: ArraySlice<Token>

    /// What a reader finds in it; nil where it cannot be parsed alone.
    ///
    /// The tokens of a body are one string to the script around it, so that its stack does not
    /// count them.
    func read<Found>(_ reader: (NodePointer) -> [Found]) -> [Found]? {
        let depth = Token.nesting(of: Array(tokens))
        guard depth <= LargeStack.deepest else { return nil }
        return LargeStack.run(bytes: depth * LargeStack.bytesPerToken) { () -> [Found]? in
            guard let tree = try? ParseTree(sql) else { return nil }
            return (0..<tree.count).flatMap { index in
                tree.statement(index).map { reader($0.node) } ?? []
            }
        }.flatMap { $0 }
    }

    /// What it does. SELECT … INTO fills variables in PL/pgSQL and creates no table.
    var effects: [Effect] {
        let effects = read(EffectReader.effects) ?? []
        guard !sql.lowercased().hasPrefix("create") else { return effects }
        return effects.filter { effect in
            if case .create(.table, _, columns: [], _) = effect { return false }
            return true
        }
    }
}
