extension SnapshotReader {
    func takeOthers(_ rows: ResultRows) {
        rows.forEach { row in
            let id = SchemaObjectID(
                .other, row.text("nspname"), "\(row.text("type")) \(row.text("identity"))")
            if let catalog = SystemCatalog(rawValue: row.number("classid")) {
                addresses[CatalogAddress(catalog: catalog, oid: row.number("objid"))] = id
            }
            let word = row.text("type").replacing("foreign-data", with: "foreign data")
            snapshot.objects[id] = .other("\(word.uppercased()) \(row.text("identity"))")
        }
    }

    /// Those of them that a statement creates.
    func takeOtherStatements(_ rows: ResultRows) {
        rows.forEach { row in
            guard let catalog = SystemCatalog(rawValue: row.number("classid")) else { return }
            let address = CatalogAddress(catalog: catalog, oid: row.number("objid"))
            let id: SchemaObjectID
            if catalog == .defaultPrivileges {
                id = SchemaObjectID(.other, row.text("nspname"), row.text("name"))
            } else {
                guard let known = addresses[address], snapshot.objects[known] != nil else { return }
                id = known
            }
            var subject: String?
            if case .other(let text)? = snapshot.objects[id] { subject = text }
            record(
                id,
                .statement(
                    StatementDefinition(
                        create: row.text("statement"), settings: row.list("settings"),
                        subject: subject, removal: row.list("removal"))),
                at: address)
        }
    }

    func takeComments(_ rows: ResultRows) {
        rows.forEach { row in
            guard let catalog = SystemCatalog(rawValue: row.number("classoid")) else { return }
            let address = CatalogAddress(
                catalog: catalog, oid: row.number("objoid"), part: row.number("objsubid"))
            guard var id = addresses[address], isKnown(id, address.oid) else { return }
            // The index of a constraint has a comment of its own.
            if catalog == .relation, id.kind == .constraint {
                id = SchemaObjectID(.index, id.schema, id.member ?? "")
            }
            snapshot.comments[id] = row.text("description")
        }
    }

    /// Columns of views carry comments without being objects.
    private func isKnown(_ id: SchemaObjectID, _ oid: Int) -> Bool {
        snapshot.objects[id] != nil || relations[oid].map { snapshot.objects[$0] != nil } ?? false
    }

    func takeGrants(_ rows: ResultRows) {
        rows.forEach { row in
            guard let catalog = SystemCatalog(rawValue: row.number("classid")) else { return }
            let whole = CatalogAddress(catalog: catalog, oid: row.number("objid"))
            guard let id = object(at: whole) else { return }
            let column = columnNames[whole.oid]?[row.number("sub")]
            snapshot.grants[id, default: []].append(
                Grant(
                    grantee: row.text("grantee"), privilege: row.text("privilege_type"),
                    withGrantOption: row.flag("is_grantable"), column: column,
                    isGranted: row.flag("granted")))
        }
        for id in snapshot.grants.keys { snapshot.grants[id]?.sort() }
    }

    func takeDependencies(_ rows: ResultRows) {
        rows.forEach { row in
            guard let object = dependencyEnd(row, "classid", "objid", "objsubid"),
                let need = dependencyEnd(row, "refclassid", "refobjid", "refobjsubid"),
                object != need
            else { return }
            snapshot.dependencies[object, default: []].insert(need)
        }
        addStructure()
        snapshot.dependencies = snapshot.dependencies.filter { !$0.value.isEmpty }
    }

    private func dependencyEnd(
        _ row: CatalogRow, _ catalog: String, _ oid: String, _ part: String
    ) -> SchemaObjectID? {
        guard let catalog = SystemCatalog(rawValue: row.number(catalog)) else { return nil }
        let address = CatalogAddress(
            catalog: catalog, oid: row.number(oid), part: row.number(part))
        if let known = object(at: address) { return known }
        let whole = CatalogAddress(catalog: catalog, oid: address.oid)
        guard let owner = extensionMembers[whole], snapshot.objects[owner] != nil,
            addresses[whole] == nil
        else { return nil }
        return owner
    }

    /// What the names themselves say: an object needs its schema, a member its
    /// table, a default its column. A sequence is created before the column
    /// that owns it, whatever pg_depend says about dropping it.
    private func addStructure() {
        for (id, object) in snapshot.objects {
            var needs = snapshot.dependencies[id] ?? []
            let schema = SchemaObjectID(.schema, "", id.schema)
            if snapshot.objects[schema] != nil { needs.insert(schema) }
            if id.kind.isMember, let owner = snapshot.relation(of: id) { needs.insert(owner) }
            if id.kind == .columnDefault { needs.insert(id.sibling(.column, id.member)) }
            if case .sequence(let sequence) = object, let owner = sequence.owner {
                needs.remove(owner)
                needs.remove(owner.owner())
            }
            if case .index(let index) = object, let parent = index.parent { needs.insert(parent) }
            snapshot.dependencies[id] = needs
        }
    }
}

extension SchemaSnapshot {
    /// The table or view a member belongs to.
    func relation(of member: SchemaObjectID) -> SchemaObjectID? {
        [ObjectKind.table, .view, .materializedView].map { member.owner($0) }
            .first { objects[$0] != nil }
    }
}
