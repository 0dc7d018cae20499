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
        /// The values of a column.
        case values(of: String, in: ObjectName)
        /// Values that another type may not hold. `hasUsing` where the author says how to convert.
        case conversion(of: String, in: ObjectName, to: ColumnType, hasUsing: Bool)
        /// The rows of all tables in a schema.
        case schema(String)
        /// The values of all columns of a type.
        case columns(ofType: ObjectName)
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
            schema.beginScript()
            for effect in script.statements.lazy.flatMap(\.effects) { schema.apply(effect) }
        }
        schema.beginPlan()
        var losses: [PotentialLoss] = []
        for (index, script) in plan.enumerated() {
            schema.beginScript()
            if script.isOpaque, !databaseIsEmpty, mayDestroy(script) {
                losses.append(
                    PotentialLoss(
                        migration: index, statement: 1, line: 1,
                        subject: .unknown(
                            "the script cannot be read with the grammar of PostgreSQL 15")))
            }
            for statement in script.statements {
                for effect in statement.effects {
                    losses += subjects(of: effect, schema).map {
                        PotentialLoss(
                            migration: index, statement: statement.ordinal, line: statement.line,
                            subject: $0)
                    }
                    schema.apply(effect)
                }
            }
        }
        return losses
    }

    /// Whether a script that cannot be parsed has a word in it that takes something away.
    private static func mayDestroy(_ script: Script) -> Bool {
        guard let tokens = Token.scan(script.text) else { return true }
        let words: Set = ["drop", "truncate", "delete", "update", "type", "do", "execute"]
        return tokens.contains {
            !$0.isComment && words.contains(script.text.slice(utf8: $0.range).lowercased())
        }
    }

    private static func subjects(of effect: Effect, _ schema: KnownSchema) -> [Subject] {
        switch effect {
        case .drop(let kind, let name, let cascade, _): return dropped(kind, name, cascade, schema)
        case .dropColumn(let table, let column, _, _)
        where !schema.isNew(column: column, of: table):
            return [value(column, table, schema)]
        case .truncate(let table, let cascade) where !schema.isNew(.table, table):
            return [.rows(of: schema.original(table).name, cascades: cascade)]
        case .delete(let table, isFiltered: false) where !schema.isNew(.table, table):
            return [.deletedRows(of: schema.original(table).name)]
        case .update(let table, let columns, isFiltered: false):
            return columns.filter { !schema.isNew(column: $0, of: table) }.map {
                value($0, table, schema)
            }
        case .alterColumnType(let table, let column, let type, let hasUsing):
            return converted(column, table, type, hasUsing, schema)
        case .dropOwned(let roles):
            return [
                .unknown("it drops everything that \(roles.joined(separator: ", ")) owns")
            ]
        default: return []
        }
    }

    private static func dropped(
        _ kind: ObjectKind, _ name: ObjectName, _ cascade: Bool, _ schema: KnownSchema
    ) -> [Subject] {
        guard !schema.isNew(kind, name) else { return [] }
        switch kind {
        case .table: return [.rows(of: schema.original(name).name, cascades: false)]
        // Without CASCADE only what nothing depends on can be dropped.
        case .schema where cascade:
            return [.schema(schema.object(.schema, name)?.original.name ?? name.name)]
        case .type where cascade, .domain where cascade:
            return [
                .columns(
                    ofType: schema.object(kind, name)?.original ?? schema.resolve(kind, name))
            ]
        case .extension where cascade:
            return [
                .unknown("it drops every column whose type belongs to the extension \(name)")
            ]
        case .database: return [.unknown("it drops the database \(name)")]
        default: return []
        }
    }

    private static func value(
        _ column: String, _ table: ObjectName, _ schema: KnownSchema
    ) -> Subject {
        let original = schema.original(column, of: table)
        return .values(of: original.column ?? column, in: original.name)
    }

    private static func converted(
        _ column: String, _ table: ObjectName, _ type: ColumnType, _ hasUsing: Bool,
        _ schema: KnownSchema
    ) -> [Subject] {
        guard !schema.isNew(column: column, of: table) else { return [] }
        // To a type of this plan: rows that do not fit make it fail.
        if schema.object(.type, type.name)?.isNew == true { return [] }
        if type.keepsEveryValue(of: schema.type(ofColumn: column, of: table)) { return [] }
        let original = schema.original(column, of: table)
        return [
            .conversion(
                of: original.column ?? column, in: original.name, to: type, hasUsing: hasUsing)
        ]
    }
}
