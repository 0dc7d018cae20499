extension SnapshotReader {
    func takeSchemas(_ rows: ResultRows) {
        rows.forEach { row in
            let id = SchemaObjectID(.schema, "", row.text("nspname"))
            record(id, .schema, at: CatalogAddress(catalog: .schema, oid: row.number("oid")))
        }
    }

    func takeExtensions(_ rows: ResultRows) {
        rows.forEach { row in
            let definition = ExtensionDefinition(
                schema: row.text("nspname"), version: row.text("extversion"))
            record(
                SchemaObjectID(.extension, "", row.text("extname")), .extension(definition),
                at: CatalogAddress(catalog: .extension, oid: row.number("oid")))
        }
    }

    func takeExtensionMembers(_ rows: ResultRows) {
        rows.forEach { row in
            let owner = CatalogAddress(catalog: .extension, oid: row.number("refobjid"))
            guard let catalog = SystemCatalog(rawValue: row.number("classid")),
                let id = addresses[owner]
            else { return }
            extensionMembers[CatalogAddress(catalog: catalog, oid: row.number("objid"))] = id
        }
    }

    func takeRelations(_ rows: ResultRows) {
        rows.forEach { row in
            let oid = row.number("oid")
            let address = CatalogAddress(catalog: .relation, oid: oid)
            let id = { SchemaObjectID($0, row.text("nspname"), row.text("relname")) }
            switch row.text("relkind") {
            case "S":
                sequenceNames[oid] = (id(.sequence), row["relpersistence"] == "u")
            case "c":
                relations[oid] = id(.compositeType)
                record(
                    id(.compositeType), .compositeType(CompositeDefinition(attributes: [:])),
                    at: address)
            case "v", "m":
                let view = id(row["relkind"] == "m" ? .materializedView : .view)
                relations[oid] = view
                record(view, .view(self.view(row)), at: address)
            default:
                relations[oid] = id(.table)
                record(id(.table), .table(table(row)), at: address)
            }
            // The row type stands for its relation.
            if let relation = relations[oid], row.number("reltype") != 0 {
                addresses[CatalogAddress(catalog: .type, oid: row.number("reltype"))] = relation
            }
        }
    }

    private func table(_ row: CatalogRow) -> TableDefinition {
        TableDefinition(
            isUnlogged: row["relpersistence"] == "u", partitionKey: row["partition_key"],
            partition: row["partition_bound"].map {
                TableDefinition.Partition(parent: .table("", ""), bound: $0)
            },
            inherits: [],
            storageParameters: row.list("options")
                + row.list("toast_options").map { "toast." + $0 },
            rowSecurity: row.flag("relrowsecurity"),
            forcesRowSecurity: row.flag("relforcerowsecurity"),
            replicaIdentity: ["n": "NOTHING", "f": "FULL"][row.text("relreplident")] ?? "DEFAULT",
            clusteredOn: nil, accessMethod: row["access_method"], tablespace: row["tablespace"],
            ofType: row["of_type"])
    }

    private func view(_ row: CatalogRow) -> ViewDefinition {
        var query = row.text("query")
        while let last = query.last, last == ";" || last.isWhitespace { query.removeLast() }
        return ViewDefinition(
            query: query, columns: [], options: row.list("options"),
            isMaterialized: row["relkind"] == "m", isPopulated: row.flag("relispopulated"),
            accessMethod: row["access_method"], tablespace: row["tablespace"])
    }

    func takeColumns(_ rows: ResultRows) {
        rows.forEach { row in
            let relation = row.number("attrelid")
            let name = row.text("attname")
            columnNames[relation, default: [:]][row.number("attnum")] = name
            guard let owner = relations[relation] else { return }
            let id = SchemaObjectID(.column, owner.schema, owner.name, name)
            let address = CatalogAddress(
                catalog: .relation, oid: relation, part: row.number("attnum"))
            addresses[address] = id
            guard let object = snapshot.objects[owner] else { return }
            switch object {
            case .table:
                snapshot.columnOrder[owner, default: []].append(name)
                takeTableColumn(row, id, address)
            case .compositeType(var composite):
                snapshot.columnOrder[owner, default: []].append(name)
                composite.attributes[name] = CompositeDefinition.Attribute(
                    type: row.type, collation: row["collation"])
                snapshot.objects[owner] = .compositeType(composite)
            case .view(var view):
                view.columns.append(name)
                view.settings += viewSettings(row, owner)
                snapshot.objects[owner] = .view(view)
            default: break
            }
        }
    }

    private func viewSettings(_ row: CatalogRow, _ view: SchemaObjectID) -> [String] {
        let spelling = Spelling(defaultSchema: snapshot.defaultSchema)
        let subject =
            "ALTER \(view.kind.rawValue.uppercased()) \(spelling.name(view)) ALTER COLUMN "
            + quoted(row.text("attname"))
        let values = [
            row["expression"].map { "SET DEFAULT \($0)" },
            row["statistics_target"].map { "SET STATISTICS \($0)" },
            row["storage"].flatMap { Self.storages[$0] }.map { "SET STORAGE \($0)" },
        ]
        return values.compactMap { $0 }.map { "\(subject) \($0)" }
    }

    private func takeTableColumn(_ row: CatalogRow, _ id: SchemaObjectID, _ address: CatalogAddress)
    {
        let isGenerated = !row.text("attgenerated").isEmpty
        let definition = ColumnDefinition(
            type: row.type, isNotNull: row.flag("attnotnull"), collation: row["collation"],
            identity: identityPlaceholder(row), generated: isGenerated ? row["expression"] : nil,
            statisticsTarget: row["statistics_target"].flatMap { Int($0) },
            storage: row["storage"].flatMap { Self.storages[$0] },
            compression: row["compression"].map { $0 == "l" ? "lz4" : "pglz" },
            options: row.list("options"), isInherited: row.number("attinhcount") > 0,
            isLocal: row.flag("attislocal"))
        record(id, .column(definition), at: address)
        guard let expression = row["expression"] else { return }
        let defaultAddress = CatalogAddress(
            catalog: .columnDefault, oid: row.number("default_oid"))
        if isGenerated {
            addresses[defaultAddress] = id
        } else {
            record(
                id.sibling(.columnDefault, id.member), .columnDefault(expression),
                at: defaultAddress)
        }
    }

    /// The sequence's parameters come with the sequences.
    private func identityPlaceholder(_ row: CatalogRow) -> ColumnDefinition.Identity? {
        guard !row.text("attidentity").isEmpty else { return nil }
        return ColumnDefinition.Identity(
            always: row["attidentity"] == "a",
            options: SequenceOptions(
                type: "", start: 0, increment: 0, minimum: 0, maximum: 0, cache: 0, cycles: false),
            sequence: "")
    }

    private static let storages = ["p": "PLAIN", "e": "EXTERNAL", "x": "EXTENDED", "m": "MAIN"]

    func takeInheritance(_ rows: ResultRows) {
        rows.forEach { row in
            guard let child = relations[row.number("inhrelid")],
                let parent = relations[row.number("inhparent")],
                case .table(var table)? = snapshot.objects[child]
            else { return }
            if table.partition != nil {
                table.partition?.parent = parent
            } else {
                table.inherits.append(parent)
            }
            snapshot.objects[child] = .table(table)
            // Not in pg_depend in this form for every kind of child.
            snapshot.dependencies[child, default: []].insert(parent)
        }
    }

    func takeSequences(_ rows: ResultRows) {
        rows.forEach { row in
            let oid = row.number("seqrelid")
            guard let (id, isUnlogged) = sequenceNames[oid] else { return }
            let options = SequenceOptions(
                type: row.text("type"), start: row.number("seqstart"),
                increment: row.number("seqincrement"), minimum: row.number("seqmin"),
                maximum: row.number("seqmax"), cache: row.number("seqcache"),
                cycles: row.flag("seqcycle"))
            let owner = addresses[
                CatalogAddress(
                    catalog: .relation, oid: row.number("owner"), part: row.number("column"))]
            if row["deptype"] == "i", let owner {
                guard case .column(var column)? = snapshot.objects[owner] else { return }
                column.identity?.options = options
                column.identity?.sequence =
                    Spelling(defaultSchema: snapshot.defaultSchema).name(id)
                snapshot.objects[owner] = .column(column)
            } else {
                record(
                    id,
                    .sequence(
                        SequenceDefinition(options: options, owner: owner, isUnlogged: isUnlogged)),
                    at: CatalogAddress(catalog: .relation, oid: oid))
            }
        }
    }
}
