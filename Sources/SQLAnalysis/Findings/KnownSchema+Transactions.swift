// What a script's own transactions make undone.
extension KnownSchema {
    /// Takes up a step of a transaction.
    mutating func take(_ step: TransactionStep) {
        switch step {
        case .begin: mark(nil)
        case .savepoint(let name): mark(name)
        case .commit:
            marks = []
            for key in endingAtCommit { objects[key] = nil }
            endingAtCommit = []
        case .rollback:
            guard let first = marks.first else { return }
            self = first.schema
        case .release(let name):
            guard let index = marks.lastIndex(where: { $0.savepoint == name }) else { return }
            marks.removeSubrange(index...)
        case .rollbackTo(let name):
            guard let index = marks.lastIndex(where: { $0.savepoint == name }) else { return }
            let marks = marks[...index]
            self = marks[index].schema
            self.marks = Array(marks)
        }
    }

    private mutating func mark(_ savepoint: String?) {
        var schema = self
        schema.marks = []
        marks.append((savepoint, schema))
    }

    /// Outside a transaction the statement that creates it is one.
    mutating func endAtCommit(_ table: ObjectName) {
        let key = key(.table, table)
        if isTransactional || !marks.isEmpty {
            endingAtCommit.insert(key)
        } else {
            objects[key] = nil
            temporary.remove(key)
        }
    }
}
