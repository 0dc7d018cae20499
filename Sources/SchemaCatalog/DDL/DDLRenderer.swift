/// Writes ordered operations as SQL.
struct DDLRenderer {
    let plan: ChangePlan
    let graph: OperationGraph
    let spelling: Spelling
    /// Objects that only follow-ups create; what needs one becomes a follow-up.
    private var deferred: Set<SchemaObjectID> = []

    init(_ plan: ChangePlan) {
        self.plan = plan
        graph = OperationGraph(plan)
        spelling = Spelling(defaultSchema: plan.to.defaultSchema)
    }

    var from: SchemaSnapshot { plan.from }
    var to: SchemaSnapshot { plan.to }
    var isCompatible: Bool { plan.style == .compatible }

    mutating func steps() -> [DDLStep] {
        var assembly = StepAssembly(spelling)
        let order = graph.ordered()
        let unchecked = uncheckedRoutines(order)
        for operation in order {
            var piece = postponed(self.piece(operation), operation)
            if operation == unchecked?.first {
                piece.statements.insert("SET check_function_bodies = off", at: 0)
            }
            if operation == unchecked?.last {
                piece.statements.append("RESET check_function_bodies")
            }
            assembly.add(piece, for: [operation.id])
        }
        return assembly.steps
    }

    func name(_ id: SchemaObjectID) -> String { spelling.name(id) }

    /// Whether an object is added to a table that has rows already.
    func isOnExistingTable(_ id: SchemaObjectID) -> Bool { !plan.creates.contains(id.owner()) }

    /// The first and last routine that may name, in a body the server looks at
    /// but records no dependencies of, something that comes later.
    private func uncheckedRoutines(_ order: [Operation]) -> (first: Operation, last: Operation)? {
        let positions = order.indices.filter { index in
            guard order[index].verb != .drop,
                case .routine(let routine)? = plan.target(order[index].id)
            else { return false }
            return routine.language == "sql" && routine.isStringBody
        }
        guard let first = positions.first, let last = positions.last else { return nil }
        let isFollowed = order[first...].dropFirst().contains { operation in
            operation.verb == .create && (operation.id.kind == .table || operation.id.kind.isView)
        }
        return isFollowed || positions.count > 1 ? (order[first], order[last]) : nil
    }

    private func piece(_ operation: Operation) -> DDLPiece {
        switch operation.verb {
        case .drop: drop(operation.id)
        case .alter: alter(operation.id)
        case .create: create(operation.id)
        case .attach: attach(operation.id)
        case .own: own(operation.id)
        case .comment, .grant: DDLPiece(step: "")
        }
    }

    /// Turns a piece that needs something postponed into follow-ups itself.
    private mutating func postponed(_ piece: DDLPiece, _ operation: Operation) -> DDLPiece {
        guard isCompatible, operation.verb == .create else { return piece }
        let id = operation.id
        let reason = reasonToPostpone(id) ?? waiting(id)
        guard let reason else { return piece }
        deferred.insert(id)
        var result = DDLPiece(step: piece.step, losses: piece.losses)
        if let table = piece.table, !piece.clauses.isEmpty {
            let clauses = piece.clauses.joined(separator: ",\n")
            result.followUps = [
                FollowUp(reason: reason, statement: "ALTER TABLE \(name(table)) \(clauses)")
            ]
        }
        result.followUps += piece.statements.map { FollowUp(reason: reason, statement: $0) }
        return result
    }

    private func waiting(_ id: SchemaObjectID) -> String? {
        guard let need = plan.needs(id).first(where: deferred.contains) else { return nil }
        return "\(id) needs \(need)."
    }

    /// Keys over columns that come back empty, or all with one default, cannot
    /// hold before somebody has filled them.
    private func reasonToPostpone(_ id: SchemaObjectID) -> String? {
        let columns: [String]
        let table: SchemaObjectID
        let isPrimary: Bool
        switch to.objects[id] {
        case .constraint(let constraint)
        where constraint.kind == .primaryKey || constraint.kind == .unique:
            (columns, table) = (constraint.columns, id.owner())
            isPrimary = constraint.kind == .primaryKey
        case .index(let index) where index.isUnique:
            (columns, table, isPrimary) = (index.columns, index.table, false)
        default: return nil
        }
        guard !plan.creates.contains(table) else { return nil }
        let empty = columns.first { column in
            let column = SchemaObjectID.column(table.schema, table.name, column)
            return plan.creates.contains(column) && !isFilled(column)
                && (isPrimary || isConstant(column))
        }
        return empty.map { "\(id) needs distinct values in the restored column \(quoted($0))." }
    }

    /// Whether every existing row gets a value of its own.
    private func isFilled(_ column: SchemaObjectID) -> Bool {
        let definition = to.column(column)
        return definition?.identity != nil || definition?.generated != nil
            || to.serialSequence(of: column) != nil
            || to.defaultExpression(of: column) != nil
                && !isConstant(column)
    }

    private func isConstant(_ column: SchemaObjectID) -> Bool {
        guard let expression = to.defaultExpression(of: column) else { return false }
        let varying = ["random", "uuid", "nextval", "clock_timestamp"]
        return !varying.contains { expression.contains($0) }
    }
}

extension SchemaDifference {
    /// The SQL that turns `from` into `to`, in an order the server accepts.
    ///
    /// - Parameters:
    ///   - style: exact for a database without data, compatible for one with
    ///     data and later migrations.
    ///   - dropsAdditions: whether what only `from` has is dropped.
    ///   - concurrentlyOn: tables whose indexes are built CONCURRENTLY: their
    ///     steps cannot run in a transaction.
    /// - Returns: steps in order; run them with the search path of the snapshots.
    public func ddl(
        style: DDLStyle, dropsAdditions: Bool = true, concurrentlyOn: Set<SchemaObjectID> = []
    ) -> [DDLStep] {
        guard dropsAdditions else { return statements(style, dropsAdditions, concurrentlyOn) }
        let renames = NameChanges(from: from, to: to)
        let rest = renames.steps.isEmpty ? self : SchemaDifference(from: renames.from, to: to)
        return renames.steps + rest.statements(style, dropsAdditions, concurrentlyOn)
    }

    private func statements(
        _ style: DDLStyle, _ dropsAdditions: Bool, _ concurrentlyOn: Set<SchemaObjectID>
    ) -> [DDLStep] {
        let plan = ChangePlan(
            self, style: style, dropsAdditions: dropsAdditions, concurrent: concurrentlyOn)
        var renderer = DDLRenderer(plan)
        return renderer.steps() + renderer.attributes(changes)
    }

    /// The exact SQL as the text of a migration file.
    public func render() -> String { ddl(style: .exact).migrationText() }
}

extension Sequence<DDLStep> {
    /// The text of a migration file in Prisma's layout. Follow-ups are
    /// commented out below the step they complete.
    public func migrationText() -> String {
        map { step in
            let followUps = step.followUps.map { followUp in
                let lines = followUp.statement.split(
                    separator: "\n", omittingEmptySubsequences: false)
                return "-- Follow-up: \(followUp.reason)\n"
                    + lines.map { "-- \($0)" }.joined(separator: "\n") + ";\n"
            }
            return "-- \(step.name)\n" + step.sql + followUps.joined()
        }.joined(separator: "\n")
    }
}
