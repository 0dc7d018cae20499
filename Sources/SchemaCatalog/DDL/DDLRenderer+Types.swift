import PostgresLink

extension DDLRenderer {
    func createType(_ id: SchemaObjectID) -> DDLPiece {
        var piece = DDLPiece(step: id.kind == .enumeration ? "CreateEnum" : "CreateType")
        if plan.isReplacedType(id) {
            piece.step = id.kind == .enumeration ? "AlterEnum" : "AlterType"
            piece.statements.append(
                "ALTER \(id.kind == .domain ? "DOMAIN" : "TYPE") \(name(id)) RENAME TO "
                    + quoted(temporaryName(id)))
        }
        switch plan.target(id) {
        case .enumeration(let definition):
            let labels = definition.labels.map { Quoting.literal($0) }.joined(separator: ", ")
            piece.statements.append("CREATE TYPE \(name(id)) AS ENUM (\(labels))")
        case .domain(let definition):
            piece.statements += [domainText(id, definition)] + domainSettings(id, nil, definition)
        case .compositeType(let definition):
            let attributes = (to.columnOrder[id] ?? []).compactMap { attribute in
                definition.attributes[attribute].map { attributeText(attribute, $0) }
            }
            piece.statements.append(
                "CREATE TYPE \(name(id)) AS (\(attributes.joined(separator: ", ")))")
        case .rangeType(let definition):
            piece.statements.append(
                "CREATE TYPE \(name(id)) AS RANGE (\(definition.options.joined(separator: ", ")))")
        default: break
        }
        return piece
    }

    /// The name a replaced type has until its columns have moved.
    private func temporaryName(_ id: SchemaObjectID) -> String {
        var name = id.name
        while name.utf8.count > 55 { name.removeLast() }
        name += "_old"
        let taken = Set((Array(from.objects.keys) + Array(to.objects.keys)).map(\.name))
        while taken.contains(name) { name += "_" }
        return name
    }

    func nameToDrop(_ id: SchemaObjectID) -> String {
        plan.isReplacedType(id) ? spelling.name(id.schema, temporaryName(id)) : name(id)
    }

    func addValues(_ id: SchemaObjectID, _ old: EnumDefinition, _ new: EnumDefinition) -> DDLPiece {
        var piece = DDLPiece(step: "AlterEnum")
        var known = old.labels
        for (position, label) in new.labels.enumerated() where !known.contains(label) {
            var text = "ALTER TYPE \(name(id)) ADD VALUE \(Quoting.literal(label))"
            let next = new.labels[position...].dropFirst().first { known.contains($0) }
            if let next {
                text += " BEFORE \(Quoting.literal(next))"
                known.insert(label, at: known.firstIndex(of: next) ?? known.endIndex)
            } else {
                known.append(label)
            }
            piece.statements.append(text)
        }
        return piece
    }

    private func domainText(_ id: SchemaObjectID, _ domain: DomainDefinition) -> String {
        var text = "CREATE DOMAIN \(name(id)) AS \(spelling.type(domain.type))"
        if let collation = domain.collation { text += " COLLATE \(collation)" }
        if domain.isNotNull { text += " NOT NULL" }
        if let expression = domain.defaultExpression { text += " DEFAULT \(expression)" }
        for (constraint, check) in domain.checks.sorted(by: { $0.key < $1.key })
        where !check.hasSuffix(Self.unchecked) {
            text += " CONSTRAINT \(quoted(constraint)) \(check)"
        }
        return text
    }

    /// `CREATE DOMAIN` has no words for a check that is not validated.
    private static let unchecked = " NOT VALID"

    private func domainSettings(
        _ id: SchemaObjectID, _ old: DomainDefinition?, _ new: DomainDefinition
    ) -> [String] {
        let added = new.checks.sorted { $0.key < $1.key }.filter {
            old == nil && $0.value.hasSuffix(Self.unchecked)
        }.map { "ALTER DOMAIN \(name(id)) ADD CONSTRAINT \(quoted($0.key)) \($0.value)" }
        let comments = new.checks.keys.sorted().filter { constraint in
            let isKept = old?.checks[constraint] == new.checks[constraint]
            return new.checkComments[constraint]
                != (isKept ? old?.checkComments[constraint] : nil)
        }.map { constraint in
            "COMMENT ON CONSTRAINT \(quoted(constraint)) ON DOMAIN \(name(id)) IS "
                + Quoting.literal(new.checkComments[constraint])
        }
        return added + comments
    }

    func alterDomain(_ id: SchemaObjectID, _ old: DomainDefinition, _ new: DomainDefinition)
        -> DDLPiece
    {
        let domain = "ALTER DOMAIN \(name(id))"
        var piece = DDLPiece(step: "AlterDomain")
        for (constraint, check) in old.checks.sorted(by: { $0.key < $1.key })
        where new.checks[constraint] != check {
            piece.statements.append("\(domain) DROP CONSTRAINT \(quoted(constraint))")
        }
        if old.isNotNull != new.isNotNull {
            piece.statements.append("\(domain) \(new.isNotNull ? "SET" : "DROP") NOT NULL")
        }
        if old.defaultExpression != new.defaultExpression {
            piece.statements.append(
                new.defaultExpression.map { "\(domain) SET DEFAULT \($0)" }
                    ?? "\(domain) DROP DEFAULT")
        }
        for (constraint, check) in new.checks.sorted(by: { $0.key < $1.key })
        where old.checks[constraint] != check {
            piece.statements.append("\(domain) ADD CONSTRAINT \(quoted(constraint)) \(check)")
        }
        piece.statements += domainSettings(id, old, new)
        return piece
    }

    private func attributeText(
        _ attribute: String, _ definition: CompositeDefinition.Attribute
    ) -> String {
        "\(quoted(attribute)) \(spelling.type(definition.type))"
            + (definition.collation.map { " COLLATE \($0)" } ?? "")
    }

    func alterComposite(
        _ id: SchemaObjectID, _ old: CompositeDefinition, _ new: CompositeDefinition
    ) -> DDLPiece {
        var clauses: [String] = []
        for attribute in from.columnOrder[id] ?? [] where new.attributes[attribute] == nil {
            clauses.append("DROP ATTRIBUTE \(quoted(attribute))")
        }
        for attribute in to.columnOrder[id] ?? [] {
            guard let definition = new.attributes[attribute],
                old.attributes[attribute] != definition
            else { continue }
            let text = attributeText(attribute, definition)
            if old.attributes[attribute] == nil {
                clauses.append("ADD ATTRIBUTE \(text)")
            } else {
                let type = text.dropFirst(quoted(attribute).count + 1)
                clauses.append("ALTER ATTRIBUTE \(quoted(attribute)) SET DATA TYPE \(type)")
            }
        }
        guard !clauses.isEmpty else { return DDLPiece(step: "AlterType") }
        return .statement(
            "AlterType", "ALTER TYPE \(name(id)) \(clauses.joined(separator: ", "))")
    }

    // MARK: sequences

    func createSequence(_ id: SchemaObjectID, _ sequence: SequenceDefinition) -> DDLPiece {
        let kind = sequence.isUnlogged ? "UNLOGGED SEQUENCE" : "SEQUENCE"
        let options = sequenceOptions(sequence.options)
        var piece = DDLPiece.statement(
            "CreateSequence", (["CREATE \(kind) \(name(id))"] + options).joined(separator: " "))
        piece.losses = [DataLoss(object: id, kind: .restoredEmpty)]
        return piece
    }

    func alterSequence(
        _ id: SchemaObjectID, _ old: SequenceDefinition, _ new: SequenceDefinition
    ) -> DDLPiece {
        var piece = DDLPiece(step: "AlterSequence")
        let sequence = "ALTER SEQUENCE \(name(id))"
        if old.options != new.options {
            var options = sequenceOptions(new.options, all: true)
            if isCompatible { piece.statements += clamping(id, old.options, new.options) }
            // Without data the value counts for nothing; with data the server
            // shall refuse rather than hand out values a second time.
            if !isCompatible { options.append("RESTART") }
            piece.statements.append("\(sequence) \(options.joined(separator: " "))")
        }
        if old.isUnlogged != new.isUnlogged {
            piece.statements.append("\(sequence) SET \(new.isUnlogged ? "UNLOGGED" : "LOGGED")")
        }
        if old.owner != nil, old.owner != new.owner {
            piece.statements.append("\(sequence) OWNED BY NONE")
        }
        return piece
    }

    /// A value that a narrower range does not hold moves to its edge.
    private func clamping(
        _ id: SchemaObjectID, _ old: SequenceOptions, _ new: SequenceOptions
    ) -> [String] {
        guard new.minimum > old.minimum || new.maximum < old.maximum,
            max(new.minimum, old.minimum) <= min(new.maximum, old.maximum)
        else { return [] }
        let value = "greatest(least(last_value, \(new.maximum)), \(new.minimum))"
        return [
            "SELECT setval(\(Quoting.literal(name(id))), \(value), is_called) FROM \(name(id))"
        ]
    }

    func own(_ id: SchemaObjectID) -> DDLPiece {
        guard let owner = to.sequence(id)?.owner else { return DDLPiece(step: "") }
        return .statement(
            "AlterSequence",
            "ALTER SEQUENCE \(name(id)) OWNED BY \(name(owner.owner()))."
                + quoted(owner.member ?? ""))
    }

    /// The options that are not what `CREATE SEQUENCE` would choose, or all.
    func sequenceOptions(
        _ options: SequenceOptions, all: Bool = false, withType: Bool = true
    ) -> [String] {
        let usual = SequenceOptions.serial(options.type)
        var texts: [String] = []
        if withType, all || options.type != "bigint" { texts.append("AS \(options.type)") }
        if all || options.increment != 1 { texts.append("INCREMENT BY \(options.increment)") }
        if all || options.minimum != usual.minimum { texts.append("MINVALUE \(options.minimum)") }
        if all || options.maximum != usual.maximum { texts.append("MAXVALUE \(options.maximum)") }
        if all || options.start != usual.start { texts.append("START WITH \(options.start)") }
        if all || options.cache != 1 { texts.append("CACHE \(options.cache)") }
        if all || options.cycles { texts.append(options.cycles ? "CYCLE" : "NO CYCLE") }
        return texts
    }
}
