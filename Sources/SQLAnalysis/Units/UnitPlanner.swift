/// Cuts a script into the units that its runner executes.
///
/// Ordinary statements stay together as far as PostgreSQL allows: a unit ends where the author
/// ends a transaction, before and after a statement that must stand alone, and before the first
/// use of an enum value that the unit adds.
struct UnitPlanner {
    /// The outcome.
    struct Plan {
        var mode = TransactionMode.transactional
        var units: [ExecutionUnit] = []
        var notes: [ScriptNote] = []
    }

    private let reading: ScriptReader.Reading
    private var units: [ExecutionUnit] = []
    private var reasons: [StepwiseReason] = []
    private var notes: [ScriptNote] = []
    /// The first statement of the unit being gathered.
    private var start = 0
    /// The author's BEGIN, where the unit stands in one.
    private var block: Block?
    /// Enum values that the unit being gathered has added.
    private var added: [AddedEnumValue] = []

    private struct Block {
        let modes: String?
        let statement: Int
    }

    /// Statements that a server has refused in a transaction, by index.
    private let refused: Set<Int>

    static func plan(_ reading: ScriptReader.Reading, refused: Set<Int> = []) -> Plan {
        var planner = UnitPlanner(reading: reading, refused: refused)
        return planner.plan()
    }

    private init(reading: ScriptReader.Reading, refused: Set<Int>) {
        self.reading = reading
        self.refused = refused
    }

    private mutating func plan() -> Plan {
        let statements = reading.statements
        if reading.comments.directives.stepwise {
            let sentence = "The directive sluice:stepwise asks for it."
            reasons.append(StepwiseReason(statement: nil, sentence: sentence))
        }
        for (index, statement) in statements.enumerated() {
            if let control = statement.control {
                take(control, at: index)
            } else {
                takeWork(statement, at: index)
            }
        }
        finish()
        guard !reasons.isEmpty else {
            let whole = ExecutionUnit(
                kind: .transactional, statements: 0..<statements.count, begin: nil,
                ending: .commit, range: 0..<reading.text.utf8.count)
            return Plan(units: [whole], notes: notes)
        }
        if units.isEmpty {
            units = [
                ExecutionUnit(
                    kind: .transactional, statements: 0..<0, begin: nil, ending: .commit,
                    range: 0..<0)
            ]
        }
        return Plan(mode: .stepwise(reasons: reasons), units: units, notes: notes)
    }

    private mutating func finish() {
        if let block {
            note(
                "BEGIN has no COMMIT: the transaction is committed at the end of the script.",
                at: block.statement)
        }
        close(before: reading.statements.count, ending: .commit)
    }
}

// MARK: - Transaction control

extension UnitPlanner {
    private mutating func take(_ control: TransactionControl, at index: Int) {
        switch control {
        case .begin(let modes): begin(modes, at: index)
        case .commit(let chain): end(.commit, chain: chain, at: index)
        case .rollback(let chain): end(.rollback, chain: chain, at: index)
        case .prepare: prepare(at: index)
        case .savepoint: break
        }
    }

    private mutating func begin(_ modes: String?, at index: Int) {
        guard block == nil else {
            note("BEGIN inside a transaction does nothing; PostgreSQL only warns.", at: index)
            return
        }
        reason("The script begins a transaction of its own.", at: index)
        close(before: index, ending: .commit)
        start = index + 1
        block = Block(modes: modes, statement: index)
    }

    private mutating func end(_ ending: ExecutionUnit.Ending, chain: Bool, at index: Int) {
        let word = ending == .commit ? "COMMIT" : "ROLLBACK"
        let modes = block?.modes
        if block == nil {
            reason("\(word) ends the transaction in the middle of the script.", at: index)
            note(
                chain
                    ? "\(word) AND CHAIN without BEGIN is refused by PostgreSQL; it is taken as "
                        + "\(word)."
                    : "\(word) without BEGIN ends the transaction that the statements before it "
                        + "share.",
                at: index)
        }
        let wasExplicit = block != nil
        close(before: index, ending: ending)
        start = index + 1
        block = chain && wasExplicit ? Block(modes: modes, statement: index) : nil
    }

    /// PREPARE TRANSACTION needs the author's own BEGIN, so the whole block is sent as written.
    private mutating func prepare(at index: Int) {
        reason("PREPARE TRANSACTION ends the transaction without committing it.", at: index)
        let first = block?.statement ?? start
        append(.alone, first..<index + 1, begin: nil, ending: .commit)
        start = index + 1
        block = nil
        added = []
    }
}

// MARK: - Work

extension UnitPlanner {
    private mutating func takeWork(_ statement: Statement, at index: Int) {
        if let refusal = refusal(of: statement, at: index) {
            guard block == nil else {
                note("\(refusal.dropLast()), but the script has begun one.", at: index)
                return
            }
            reason(refusal, at: index)
            close(before: index, ending: .commit)
            append(.alone, index..<index + 1, begin: nil, ending: .commit)
            start = index + 1
            return
        }
        separateUse(by: statement, at: index)
        for case .addEnumValue(let type, let value) in statement.effects {
            added.append(AddedEnumValue(type: type, value: value))
        }
        noteLostSetting(statement, at: index)
        if reading.comments.directives.stepwise, block == nil {
            close(before: index + 1, ending: .commit)
            start = index + 1
        }
    }

    private func refusal(of statement: Statement, at index: Int) -> String? {
        guard refused.contains(index), block == nil else { return statement.refusesTransaction }
        return "The server refuses this \(statement.tag) in a transaction block."
    }

    private mutating func separateUse(by statement: Statement, at index: Int) {
        guard !added.isEmpty else { return }
        let tokens = reading.tokens[reading.tokenRanges[index]]
        guard let used = added.first(where: { $0.mayBeUsed(by: statement, tokens, reading.text) })
        else { return }
        guard block == nil else {
            note(
                "The enum value '\(used.value)' cannot be used before the transaction that adds "
                    + "it is committed.", at: index)
            return
        }
        reason(
            "It may use the enum value '\(used.value)', which cannot be used before the "
                + "transaction that adds it is committed.", at: index)
        close(before: index, ending: .commit)
        start = index
    }

    private mutating func noteLostSetting(_ statement: Statement, at index: Int) {
        guard statement.isSetLocal, block == nil,
            reading.statements[(index + 1)...].first?.refusesTransaction != nil
        else { return }
        note(
            "SET LOCAL ends with its transaction and does not reach the next statement, which "
                + "runs outside; use SET.", at: index)
    }

    /// Ends the unit being gathered before the statement at `index`.
    private mutating func close(before index: Int, ending: ExecutionUnit.Ending) {
        added = []
        guard start < index else { return }
        append(.transactional, start..<index, begin: block?.modes, ending: ending)
    }

    private mutating func append(
        _ kind: ExecutionUnit.Kind, _ statements: Range<Int>, begin: String?,
        ending: ExecutionUnit.Ending
    ) {
        guard let first = statements.first, let last = statements.last else { return }
        let range =
            reading.statements[first].range.lowerBound..<reading.statements[last].range.upperBound
        units.append(
            ExecutionUnit(
                kind: kind, statements: statements, begin: begin, ending: ending, range: range))
    }

    private mutating func reason(_ sentence: String, at index: Int) {
        reasons.append(StepwiseReason(statement: index + 1, sentence: sentence))
    }

    private mutating func note(_ sentence: String, at index: Int) {
        let line = reading.statements[index].line
        notes.append(ScriptNote(statement: index + 1, line: line, sentence: sentence))
    }
}
