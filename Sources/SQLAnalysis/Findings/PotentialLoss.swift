/// Data that a statement of a plan would delete or change, if it is there: what has to be
/// counted in a database before the plan runs.
public struct PotentialLoss: Sendable, Hashable {
    /// What would be lost, by the names the objects had when the plan began.
    public enum Subject: Sendable, Hashable {
        /// The rows of a table, and by CASCADE those of the tables that refer to it.
        case rows(of: ObjectName, cascades: Bool)
        /// The rows of a table whose DELETE has no condition, and of those that follow by
        /// ON DELETE CASCADE.
        case deletedRows(of: ObjectName)
        /// The rows that a condition picks, counted by a query.
        case pickedRows(of: ObjectName, counting: String)
        /// Rows of a table that nothing can count before the run.
        case someRows(of: ObjectName)
        /// The values of a column.
        case values(of: String, in: ObjectName)
        /// The values in the rows that a condition picks, counted by a query.
        case pickedValues(of: String, in: ObjectName, counting: String)
        /// Values of a column that nothing can count before the run.
        case someValues(of: String, in: ObjectName)
        /// Values that another type may not hold, or that USING may change.
        case conversion(of: String, in: ObjectName, to: ColumnType, Conversion)
        /// The rows of all tables in a schema.
        case schema(String)
        /// The values of all columns of a type.
        case columns(ofType: ObjectName)
        /// What a function does that the database may know.
        case call(ObjectName)
        /// What no query can tell, as a sentence.
        case unknown(String)
    }

    /// The index of the migration in the plan.
    public let migration: Int
    /// The 1-based ordinal of the statement.
    public let statement: Int
    /// The 1-based line on which the statement begins.
    public let line: Int
    /// What would be lost.
    public let subject: Subject
}

extension PotentialLoss {
    /// What a plan may lose.
    ///
    /// What the plan has created itself is no loss, and neither is anything where the
    /// database has no objects of its own.
    ///
    /// - Parameters:
    ///   - plan: its scripts, in order.
    ///   - history: the scripts before them, which tell types.
    ///   - databaseIsEmpty: whether nothing can be lost.
    ///   - defaultSchema: where unqualified names live.
    /// - Returns: in the order of the statements.
    public static func all(
        in plan: [Script], history: [Script] = [], databaseIsEmpty: Bool = false,
        defaultSchema: String = "public"
    ) -> [PotentialLoss] {
        var schema = KnownSchema(defaultSchema: defaultSchema, beganEmpty: databaseIsEmpty)
        for script in history {
            schema.begin(script)
            for effect in script.statements.lazy.flatMap(\.effects) { schema.apply(effect) }
        }
        schema.beginPlan()
        var losses: [PotentialLoss] = []
        // What a function does is asked once.
        var called: Set<Subject> = []
        for (index, script) in plan.enumerated() {
            schema.begin(script)
            if script.isOpaque, !databaseIsEmpty, mayDestroy(script) {
                losses.append(
                    PotentialLoss(
                        migration: index, statement: 1, line: 1,
                        subject: .unknown(
                            "the script cannot be read with the grammar of PostgreSQL 15")))
            }
            for statement in script.statements {
                let before = losses.count { !$0.subject.isQuestion }
                let mentioned = LossReader(schema: schema).mention(in: statement)
                for effect in statement.effects {
                    let subjects = LossReader(schema: schema).subjects(of: effect)
                    for subject in databaseIsEmpty ? [] : subjects {
                        if case .call = subject, !called.insert(subject).inserted { continue }
                        losses.append(
                            PotentialLoss(
                                migration: index, statement: statement.ordinal,
                                line: statement.line, subject: subject))
                    }
                    schema.apply(effect)
                }
                if let mentioned, !databaseIsEmpty,
                    losses.count(where: { !$0.subject.isQuestion }) == before
                {
                    losses.append(
                        PotentialLoss(
                            migration: index, statement: statement.ordinal,
                            line: statement.line, subject: .unknown(mentioned)))
                }
            }
        }
        return losses
    }

    /// Whether a script that cannot be parsed has a word in it that takes something away.
    private static func mayDestroy(_ script: Script) -> Bool {
        guard let tokens = Token.scan(script.text) else { return true }
        let words: Set = [
            "drop", "truncate", "delete", "update", "type", "do", "execute", "merge", "call",
        ]
        return tokens.contains {
            !$0.isComment && words.contains(script.text.slice(utf8: $0.range).lowercased())
        }
    }
}
