/// What a script takes away from the database that was there before it, so that a hotfix can
/// bring it back.
public struct DestructiveSummary: Sendable, Hashable {
    /// An object that the script drops.
    public struct Drop: Sendable, Hashable {
        /// The object, by the name it had before the script.
        public let object: DatabaseObject
        /// The 1-based ordinal of the statement that drops it.
        public let statement: Int
        /// Whether dependent objects are dropped with it, which only the catalog can name.
        public let cascade: Bool
        /// Whether the script creates an object of that kind and name again.
        public let isCreatedAgain: Bool
    }

    /// In the order of the script.
    public let drops: [Drop]
    /// Columns whose type changes, by the names they had before the script.
    public let retyped: [DatabaseObject]
    /// Tables that lose all or some rows by TRUNCATE or DELETE.
    public let emptied: [DatabaseObject]

    /// Whether the script takes nothing away.
    public var isEmpty: Bool { drops.isEmpty && retyped.isEmpty && emptied.isEmpty }

    /// Summarises a script.
    ///
    /// - Parameters:
    ///   - script: the script.
    ///   - history: the scripts before it, in order; without them IF NOT EXISTS counts as
    ///     creating.
    ///   - defaultSchema: where unqualified names live.
    public init(_ script: Script, after history: [Script] = [], defaultSchema: String = "public") {
        var schema = KnownSchema(defaultSchema: defaultSchema, beganEmpty: false)
        for script in history {
            schema.begin(script)
            for effect in script.statements.lazy.flatMap(\.effects) { schema.apply(effect) }
        }
        schema.beginPlan()
        schema.begin(script)
        var losses = Losses()
        for statement in script.statements {
            for effect in statement.effects {
                losses.take(effect, of: statement, schema)
                schema.apply(effect)
            }
        }
        drops = losses.drops.map { drop in
            Drop(
                object: drop.object, statement: drop.statement, cascade: drop.cascade,
                isCreatedAgain: schema.has(drop.object))
        }
        retyped = losses.retyped
        emptied = losses.emptied
    }
}

/// Gathers the losses of a script, statement by statement.
private struct Losses {
    var drops: [(object: DatabaseObject, statement: Int, cascade: Bool)] = []
    var retyped: [DatabaseObject] = []
    var emptied: [DatabaseObject] = []

    mutating func take(_ effect: Effect, of statement: Statement, _ schema: KnownSchema) {
        switch effect {
        case .drop(let kind, let name, let cascade, _) where !schema.isNew(kind, name):
            let original = schema.object(kind, name)?.original ?? schema.resolve(kind, name)
            drops.append((DatabaseObject(kind, original), statement.ordinal, cascade))
        case .dropColumn(let table, let column, let cascade, _)
        where !schema.isNew(column: column, of: table):
            drops.append((schema.original(column, of: table), statement.ordinal, cascade))
        case .alterColumnType(let table, let column, _, _)
        where !schema.isNew(column: column, of: table):
            retyped.append(schema.original(column, of: table))
        case .truncate(let table, _) where !schema.isNew(.table, table):
            emptied.append(schema.original(table))
        case .delete(let table, _) where !schema.isNew(.table, table):
            emptied.append(schema.original(table))
        default: break
        }
    }
}

extension KnownSchema {
    /// A table by the name it had when the plan began.
    func original(_ table: ObjectName) -> DatabaseObject {
        DatabaseObject(.table, object(.table, table)?.original ?? resolve(.table, table))
    }

    /// A column by the name it had when the plan began.
    func original(_ column: String, of table: ObjectName) -> DatabaseObject {
        let known = self.column(column, of: table)
        return DatabaseObject(
            .column, original(table).name, column: known?.original ?? column)
    }

    /// Whether a script has created the object or column.
    fileprivate func has(_ object: DatabaseObject) -> Bool {
        guard let column = object.column else {
            return self.object(object.kind, object.name)?.isNew ?? false
        }
        return self.column(column, of: object.name)?.isNew ?? false
    }
}
