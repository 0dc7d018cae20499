extension SnapshotReader {
    func takeEnums(_ rows: ResultRows) {
        rows.forEach { row in
            let id = SchemaObjectID(.enumeration, row.text("nspname"), row.text("typname"))
            var labels: [String] = []
            if case .enumeration(let known)? = snapshot.objects[id] { labels = known.labels }
            if let label = row["enumlabel"] { labels.append(label) }
            record(
                id, .enumeration(EnumDefinition(labels: labels)),
                at: CatalogAddress(catalog: .type, oid: row.number("oid")))
        }
    }

    func takeDomains(_ rows: ResultRows) {
        rows.forEach { row in
            let definition = DomainDefinition(
                type: row.type, collation: row["collation"], isNotNull: row.flag("typnotnull"),
                defaultExpression: row["expression"], checks: [:])
            record(
                SchemaObjectID(.domain, row.text("nspname"), row.text("typname")),
                .domain(definition),
                at: CatalogAddress(catalog: .type, oid: row.number("oid")))
        }
    }

    func takeDomainChecks(_ rows: ResultRows) {
        rows.forEach { row in
            let address = CatalogAddress(catalog: .type, oid: row.number("contypid"))
            guard let id = addresses[address], case .domain(var domain)? = snapshot.objects[id]
            else { return }
            domain.checks[row.text("conname")] = row.text("text")
            domain.checkComments[row.text("conname")] = row["comment"]
            snapshot.objects[id] = .domain(domain)
            domainChecks[row.number("oid")] = id
        }
    }

    func takeDerivedTypes(_ rows: ResultRows) {
        rows.forEach { row in
            let base = CatalogAddress(catalog: .type, oid: row.number("base"))
            addresses[CatalogAddress(catalog: .type, oid: row.number("oid"))] = addresses[base]
        }
    }

    func takeRanges(_ rows: ResultRows) {
        rows.forEach { row in
            let options = [
                ("SUBTYPE", "subtype"), ("SUBTYPE_OPCLASS", "opclass"), ("COLLATION", "collation"),
                ("CANONICAL", "canonical"), ("SUBTYPE_DIFF", "difference"),
                ("MULTIRANGE_TYPE_NAME", "multirange"),
            ].compactMap { option, column in row[column].map { "\(option) = \($0)" } }
            record(
                SchemaObjectID(.rangeType, row.text("nspname"), row.text("typname")),
                .rangeType(RangeDefinition(options: options)),
                at: CatalogAddress(catalog: .type, oid: row.number("oid")))
        }
    }
}
