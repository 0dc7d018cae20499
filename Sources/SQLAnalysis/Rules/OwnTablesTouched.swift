/// Statements on the tables in which the history and the ledger are kept.
///
/// They are what every gate believes, so a script that writes there can let anything through.
struct OwnTablesTouched: Rule {
    let name = "own-tables-touched"
    let hazard = Hazard.script

    /// The ledger's schema.
    private static let schema = "_sluice"
    /// Prisma's history, in whatever schema.
    private static let history = "_prisma_migrations"

    func check(_ context: RuleContext) -> [Finding] {
        let touched = context.effects.flatMap { targets(of: $0) } + context.actions.flatMap(targets)
        var objects: [DatabaseObject] = []
        for (kind, name) in touched {
            let object = DatabaseObject(kind, context.schema.resolve(kind, name))
            if Self.isOwn(object), !objects.contains(object) { objects.append(object) }
        }
        guard let first = objects.first ?? hidden(context) else { return [] }
        return [
            finding(
                context, .error,
                "\(context.statement.tag) on \(first.name): the history and sluice's ledger are "
                    + "written by deployments alone; say what is to change with sluice resolve, "
                    + "hold, release or approve.",
                objects.isEmpty ? [first] : objects)
        ]
    }

    private static func isOwn(_ object: DatabaseObject) -> Bool {
        object.kind == .schema
            ? object.name.name == schema
            : object.name.schema == schema || object.name.name == history
    }

    /// Code that is put together when it runs, and names them.
    private func hidden(_ context: RuleContext) -> DatabaseObject? {
        let isUnread = context.effects.contains { effect in
            if case .unreadable = effect { return true }
            return false
        }
        guard isUnread else { return nil }
        return [Self.schema, Self.history].first(where: context.statement.mentions).map {
            DatabaseObject($0 == Self.schema ? .schema : .table, ObjectName(name: $0))
        }
    }

    private func targets(of effect: Effect) -> [(ObjectKind, ObjectName)] {
        switch effect {
        case .create(let kind, let name, _, _), .drop(let kind, let name, _, _),
            .rename(let kind, let name, _), .setSchema(let kind, let name, _):
            [(kind, name)]
        case .createEnum(let name, _, _), .addEnumValue(let name, _),
            .renameEnumValue(let name, _, _), .changeAttribute(let name):
            [(.type, name)]
        case .addColumn(let table, _, _), .dropColumn(let table, _, _, _),
            .renameColumn(let table, _, _), .alterColumnType(let table, _, _, _),
            .truncate(let table, _), .delete(let table, _), .update(let table, _, _),
            .clear(let table, _, _), .overwriteSome(let table, _), .write(let table),
            .react(let table, _):
            [(.table, table)]
        case .defineRoutine(_, let body): body.flatMap { targets(of: $0) }
        case .dropOwned, .call, .unreadable, .hold, .setSearchPath, .dropAtCommit,
            .discardTemporary,
            .transaction:
            []
        }
    }

    private func targets(_ action: TableAction) -> [(ObjectKind, ObjectName)] {
        switch action {
        // Reading takes ACCESS SHARE, and so does a comment.
        case .fixed(_, let kind, let name, let lock, _): lock > .rowShare ? [(kind, name)] : []
        case .dropTable(let name, _), .setNotNull(let name, _), .dropNotNull(let name, _),
            .setDefault(let name, _, _), .validateConstraint(let name, _),
            .dropConstraint(let name, _), .renameConstraint(let name, _, _),
            .addConstraint(let name, _):
            [(.table, name)]
        case .createIndex(let index): [(.table, index.table)]
        case .dropIndex(let name, _): [(.index, name)]
        default: []
        }
    }
}
