extension DDLRenderer {
    func create(_ id: SchemaObjectID) -> DDLPiece {
        switch plan.target(id) {
        case .schema:
            return .statement("CreateSchema", "CREATE SCHEMA IF NOT EXISTS \(quoted(id.name))")
        case .extension(let definition): return createExtension(id, definition)
        case .enumeration, .domain, .compositeType, .rangeType: return createType(id)
        case .sequence(let sequence): return createSequence(id, sequence)
        case .table(let table): return createTable(id, table)
        case .column(let column): return addColumn(id, column)
        case .columnDefault(let expression): return setDefault(id, expression)
        case .constraint(let constraint): return createConstraint(id, constraint)
        case .index(let index): return createIndex(id, index)
        case .view(let view): return createView(id, view)
        case .routine(let routine): return createRoutine(id, routine, verb: "CREATE")
        case .trigger(let trigger) where trigger.isInherited:
            return DDLPiece(
                step: "AlterTrigger", statements: enabling(id, "TRIGGER", "", trigger.enabled))
        case .trigger(let trigger):
            return DDLPiece(
                step: "CreateTrigger",
                statements: [trigger.statement] + enabling(id, "TRIGGER", "O", trigger.enabled))
        case .policy(let policy): return createPolicy(id, policy)
        case .rule(let rule):
            return DDLPiece(
                step: "CreateRule",
                statements: [withoutSemicolon(rule.statement)]
                    + enabling(id, "RULE", "O", rule.enabled))
        case .publication(let publication): return createPublication(id, publication)
        case .statement(let definition):
            return DDLPiece(
                step: id.kind == .other ? "CreateObject" : "Create" + stepWord(id),
                statements: [definition.create].filter { !$0.isEmpty }.map(withoutSemicolon)
                    + definition.settings)
        case .other, nil: return DDLPiece(step: "")
        }
    }

    func alter(_ id: SchemaObjectID) -> DDLPiece {
        switch (from.objects[id], to.objects[id] ?? from.objects[id]) {
        case (.table(let old), .table(let new)): alterTable(id, old, new)
        case (.column(let old), .column(let new)): alterColumn(id, old, new)
        case (_, .columnDefault(let expression)): setDefault(id, expression)
        case (_, .constraint):
            .clause(id.owner(), "VALIDATE CONSTRAINT \(quoted(id.member ?? ""))")
        case (.index(let old), .index(let new)): alterIndex(id, old, new)
        case (_, .routine(let routine)): createRoutine(id, routine, verb: "CREATE OR REPLACE")
        case (.trigger(let old), .trigger(let new)):
            DDLPiece(
                step: "AlterTrigger", statements: enabling(id, "TRIGGER", old.enabled, new.enabled))
        case (.rule(let old), .rule(let new)):
            DDLPiece(step: "AlterRule", statements: enabling(id, "RULE", old.enabled, new.enabled))
        case (.sequence(let old), .sequence(let new)): alterSequence(id, old, new)
        case (.enumeration(let old), .enumeration(let new)): addValues(id, old, new)
        case (.domain(let old), .domain(let new)): alterDomain(id, old, new)
        case (.compositeType(let old), .compositeType(let new)): alterComposite(id, old, new)
        case (.extension(let old), .extension(let new)): alterExtension(id, old, new)
        default: DDLPiece(step: "")
        }
    }

    func drop(_ id: SchemaObjectID) -> DDLPiece {
        let member = quoted(id.member ?? "")
        switch from.objects[id] {
        case .table:
            var piece = DDLPiece.statement("DropTable", "DROP TABLE \(name(id))")
            piece.losses = [DataLoss(object: id, kind: .discarded)]
            return piece
        case .column(let column):
            var piece = DDLPiece.clause(id.owner(), "DROP COLUMN \(member)")
            if column.generated == nil { piece.losses = [DataLoss(object: id, kind: .discarded)] }
            return piece
        case .columnDefault:
            return .clause(id.owner(), "ALTER COLUMN \(member) DROP DEFAULT")
        case .constraint(let constraint):
            let clause = "DROP CONSTRAINT \(member)"
            return constraint.kind == .foreignKey
                ? .statement("DropForeignKey", "ALTER TABLE \(name(id.owner())) \(clause)")
                : .clause(id.owner(), clause)
        case .trigger(let trigger) where trigger.isInherited:
            return DDLPiece(step: "AlterTrigger", statements: enabling(id, "TRIGGER", "", "O"))
        case .trigger, .rule, .policy:
            guard let relation = from.relation(of: id) else { return DDLPiece(step: "") }
            return .statement(
                "Drop" + stepWord(id),
                "DROP \(id.kind.rawValue.uppercased()) \(member) ON \(name(relation))")
        case .routine(let routine):
            return .statement(
                "Drop" + stepWord(id),
                "DROP \(id.kind.rawValue.uppercased()) \(spelling.name(id.schema, routine.name))"
                    + "(\(routine.arguments))")
        case .enumeration, .domain, .compositeType, .rangeType:
            return .statement(
                id.kind == .enumeration ? "DropEnum" : "DropType",
                "DROP \(id.kind == .domain ? "DOMAIN" : "TYPE") \(nameToDrop(id))")
        case .other(let subject): return .statement("DropObject", "DROP \(subject)")
        case .statement(let definition) where id.kind == .other:
            return DDLPiece(
                step: "DropObject",
                statements: definition.removal.isEmpty
                    ? ["DROP \(definition.subject ?? id.name)"] : definition.removal)
        case nil: return DDLPiece(step: "")
        default:
            return .statement(
                "Drop" + stepWord(id), "DROP \(id.kind.rawValue.uppercased()) \(name(id))")
        }
    }

    /// `MaterializedView` for a step's name.
    func stepWord(_ id: SchemaObjectID) -> String {
        if id.kind == .eventTrigger { return "EventTrigger" }
        return id.kind.rawValue.split(separator: " ").map {
            $0.prefix(1).uppercased() + $0.dropFirst()
        }
        .joined()
    }

    func withoutSemicolon(_ text: String) -> String {
        text.hasSuffix(";") ? String(text.dropLast()) : text
    }

    private func setDefault(_ id: SchemaObjectID, _ expression: String) -> DDLPiece {
        let column = id.sibling(.column, id.member)
        let type = (to.column(column) ?? from.column(column))?.type
        let text = type.map { Self.defaultText(expression, $0) } ?? expression
        return .clause(id.owner(), "ALTER COLUMN \(quoted(id.member ?? "")) SET DEFAULT \(text)")
    }

    private func alterIndex(
        _ id: SchemaObjectID, _ old: IndexDefinition, _ new: IndexDefinition
    ) -> DDLPiece {
        var piece = DDLPiece(step: "AlterIndex")
        if old.tablespace != new.tablespace {
            piece.statements.append(
                "ALTER INDEX \(name(id)) SET TABLESPACE \(quoted(new.tablespace ?? "pg_default"))")
        }
        if let parent = new.parent, old.parent != new.parent {
            piece.statements.append("ALTER INDEX \(name(parent)) ATTACH PARTITION \(name(id))")
        }
        piece.statements += statistics(id, old.statistics, new.statistics)
        return piece
    }

    /// Statistics targets of an index's expressions.
    func statistics(_ id: SchemaObjectID, _ old: [Int: Int], _ new: [Int: Int]) -> [String] {
        Set(old.keys).union(new.keys).sorted().filter { old[$0] != new[$0] }.map {
            "ALTER INDEX \(name(id)) ALTER COLUMN \($0) SET STATISTICS \(new[$0] ?? -1)"
        }
    }

    private func createView(_ id: SchemaObjectID, _ view: ViewDefinition) -> DDLPiece {
        let kind = id.kind.rawValue.uppercased()
        var text = "CREATE \(kind) \(name(id)) (\(spelling.list(view.columns)))"
        if let method = view.accessMethod { text += " USING \(quoted(method))" }
        if !view.options.isEmpty { text += " WITH (\(view.options.joined(separator: ", ")))" }
        if let tablespace = view.tablespace { text += " TABLESPACE \(quoted(tablespace))" }
        text += " AS\n\(view.query)"
        if view.isMaterialized, !view.isPopulated { text += "\nWITH NO DATA" }
        return DDLPiece(step: "Create" + stepWord(id), statements: [text] + view.settings)
    }

    private func createRoutine(
        _ id: SchemaObjectID, _ routine: RoutineDefinition, verb: String
    ) -> DDLPiece {
        .statement(
            (verb == "CREATE" ? "Create" : "Replace") + stepWord(id),
            "\(verb) \(id.kind.rawValue.uppercased()) \(spelling.name(id.schema, routine.name))"
                + routine.body)
    }

    /// `ALTER TABLE ... DISABLE TRIGGER`, where the state is not the usual one.
    private func enabling(
        _ id: SchemaObjectID, _ word: String, _ old: String, _ new: String
    ) -> [String] {
        let states = ["O": "ENABLE", "D": "DISABLE", "R": "ENABLE REPLICA", "A": "ENABLE ALWAYS"]
        guard old != new, let state = states[new], let relation = to.relation(of: id) else {
            return []
        }
        return ["ALTER TABLE \(name(relation)) \(state) \(word) \(quoted(id.member ?? ""))"]
    }

    private func createPolicy(_ id: SchemaObjectID, _ policy: PolicyDefinition) -> DDLPiece {
        var text = "CREATE POLICY \(quoted(id.member ?? "")) ON \(name(id.owner()))"
        if !policy.isPermissive { text += " AS RESTRICTIVE" }
        text += " FOR \(policy.command) TO \(policy.roles.joined(separator: ", "))"
        if let using = policy.using { text += " USING (\(using))" }
        if let check = policy.check { text += " WITH CHECK (\(check))" }
        return .statement("CreatePolicy", text)
    }

    private func createPublication(_ id: SchemaObjectID, _ publication: PublicationDefinition)
        -> DDLPiece
    {
        var text = "CREATE PUBLICATION \(quoted(id.name))"
        if publication.allTables { text += " FOR ALL TABLES" }
        if !publication.members.isEmpty {
            text += " FOR \(publication.members.joined(separator: ", "))"
        }
        return .statement(
            "CreatePublication", text + " WITH (\(publication.options.joined(separator: ", ")))")
    }

    private func createExtension(_ id: SchemaObjectID, _ definition: ExtensionDefinition)
        -> DDLPiece
    {
        // Another server may have other versions to offer.
        let version = isCompatible ? "" : " VERSION \(quoted(definition.version))"
        return .statement(
            "CreateExtension",
            "CREATE EXTENSION IF NOT EXISTS \(quoted(id.name)) WITH SCHEMA "
                + quoted(definition.schema) + version)
    }

    private func alterExtension(
        _ id: SchemaObjectID, _ old: ExtensionDefinition, _ new: ExtensionDefinition
    ) -> DDLPiece {
        var piece = DDLPiece(step: "AlterExtension")
        let subject = "ALTER EXTENSION \(quoted(id.name))"
        if old.version != new.version {
            piece.statements.append("\(subject) UPDATE TO \(quoted(new.version))")
        }
        if old.schema != new.schema {
            piece.statements.append("\(subject) SET SCHEMA \(quoted(new.schema))")
        }
        return piece
    }
}
