extension SchemaSnapshot {
    /// The sequence of a column that `SERIAL` would create just so.
    func serialSequence(of column: SchemaObjectID) -> SchemaObjectID? {
        guard let definition = self.column(column), definition.isNotNull,
            ["smallint", "integer", "bigint"].contains(definition.type.text),
            let expression = defaultExpression(of: column),
            expression.hasPrefix("nextval('"), expression.hasSuffix("'::regclass)")
        else { return nil }
        let name = "\(column.name)_\(column.member ?? "")_seq"
        let id = SchemaObjectID(.sequence, column.schema, name)
        guard name.utf8.count < 64, let sequence = sequence(id), sequence.owner == column,
            sequence.isUnlogged
                == (serverVersion >= 150000 && table(column.owner())?.isUnlogged == true),
            sequence.options == .serial(definition.type.text),
            dependencies[column.sibling(.columnDefault, column.member)]?.contains(id) == true
        else { return nil }
        return id
    }
}

extension SequenceOptions {
    /// What a sequence of this type has when nothing else is said.
    static func serial(_ type: String) -> SequenceOptions {
        let maximum = ["smallint": Int(Int16.max), "integer": Int(Int32.max)][type] ?? Int.max
        return SequenceOptions(
            type: type, start: 1, increment: 1, minimum: 1, maximum: maximum, cache: 1,
            cycles: false)
    }
}
