extension SnapshotReader {
    func takeRoutines(_ rows: ResultRows) {
        rows.forEach { row in
            let kind: ObjectKind =
                ["p": .procedure, "a": .aggregate][row.text("prokind")] ?? .function
            let name = row.text("proname")
            let id = SchemaObjectID(kind, row.text("nspname"), "\(name)(\(row.text("types")))")
            record(
                id, .routine(routine(row, name)),
                at: CatalogAddress(catalog: .routine, oid: row.number("oid")))
        }
    }

    private func routine(_ row: CatalogRow, _ name: String) -> RoutineDefinition {
        var body: String
        var arguments = row.text("identity")
        if let definition = row["definition"] {
            let qualified = row.text("qualified")
            let words = row["prokind"] == "p" ? "PROCEDURE" : "FUNCTION"
            body = String(definition.dropFirst("CREATE OR REPLACE \(words) \(qualified)".count))
            while body.last == "\n" { body.removeLast() }
        } else {
            if arguments.isEmpty { arguments = "*" }
            body = "(\(arguments)) (\(row.text("aggregate")))"
        }
        return RoutineDefinition(
            body: body, signature: "\(row.text("arguments")) -> \(row.text("result"))",
            arguments: arguments, name: name, language: row.text("lanname"),
            isStringBody: row.flag("is_string"))
    }

    func takeTriggers(_ rows: ResultRows) {
        rows.forEach { row in
            guard let id = member(.trigger, row.text("tgname"), of: row.number("tgrelid"))
            else { return }
            // Comes and goes with the parent's; only a state of its own is its own.
            let isInherited = row.flag("is_inherited")
            if isInherited, row["tgenabled"] == row["parent_enabled"] { return }
            let definition = TriggerDefinition(
                statement: row.text("statement"), enabled: row.text("tgenabled"),
                isInherited: isInherited)
            addresses[
                CatalogAddress(catalog: .constraint, oid: row.number("tgconstraint"))] = id
            record(
                id, .trigger(definition),
                at: CatalogAddress(catalog: .trigger, oid: row.number("oid")))
        }
    }

    func takePolicies(_ rows: ResultRows) {
        let commands = ["r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE"]
        rows.forEach { row in
            guard let id = member(.policy, row.text("polname"), of: row.number("polrelid"))
            else { return }
            let definition = PolicyDefinition(
                isPermissive: row.flag("polpermissive"),
                command: commands[row.text("polcmd")] ?? "ALL", roles: row.list("roles"),
                using: row["using"], check: row["check"])
            record(
                id, .policy(definition),
                at: CatalogAddress(catalog: .policy, oid: row.number("oid")))
        }
    }

    func takeRules(_ rows: ResultRows) {
        rows.forEach { row in
            guard let id = member(.rule, row.text("rulename"), of: row.number("ev_class"))
            else { return }
            let definition = RuleDefinition(
                statement: row.text("statement"), enabled: row.text("ev_enabled"))
            record(
                id, .rule(definition), at: CatalogAddress(catalog: .rule, oid: row.number("oid")))
        }
    }

    func takePublications(_ rows: ResultRows) {
        rows.forEach { row in
            let actions = ["insert", "update", "delete", "truncate"].filter { row.flag("pub" + $0) }
            let definition = PublicationDefinition(
                allTables: row.flag("puballtables"),
                members: row.list("tables").map { "TABLE \($0)" }.sorted()
                    + row.list("schemas").map { "TABLES IN SCHEMA \($0)" }.sorted(),
                options: ["publish = '\(actions.joined(separator: ", "))'"]
                    + (row.flag("pubviaroot") ? ["publish_via_partition_root = true"] : []))
            record(
                SchemaObjectID(.publication, "", row.text("pubname")), .publication(definition),
                at: CatalogAddress(catalog: .publication, oid: row.number("oid")))
        }
    }

    func takeStatements(_ rows: ResultRows) {
        let catalogs: [String: SystemCatalog] = [
            "pg_statistic_ext": .statistics, "pg_collation": .collation,
            "pg_event_trigger": .eventTrigger,
        ]
        rows.forEach { row in
            guard let kind = ObjectKind(rawValue: row.text("kind")),
                let catalog = catalogs[row.text("catalog")]
            else { return }
            record(
                SchemaObjectID(kind, row.text("nspname"), row.text("name")),
                .statement(
                    StatementDefinition(
                        create: row.text("statement"), settings: row["setting"].map { [$0] } ?? [])),
                at: CatalogAddress(catalog: catalog, oid: row.number("oid")))
        }
    }
}
