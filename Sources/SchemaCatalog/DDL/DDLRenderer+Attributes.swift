import PostgresLink

extension DDLRenderer {
    /// Comments and grants, after all objects are in place: those that changed,
    /// and those of objects that were created anew.
    func attributes(_ changes: [SchemaChange]) -> [DDLStep] {
        var comments: [String] = []
        var grants: [String] = []
        var indexMarks: [DDLStep] = []
        for id in affected(changes) {
            let isNew =
                plan.creates.contains(id)
                || constraint(ofIndex: id).map(plan.creates.contains) == true
                || plan.creates.contains(id.owner(.view))
                || plan.creates.contains(id.owner(.materializedView))
            let old = isNew ? nil : from.comments[id]
            let new = to.comments[id] ?? (isGone(id) ? from.comments[id] : nil)
            if old != new { comments.append(commentText(id, new)) }
            grants += grantTexts(id, isNew ? [] : from.grants[id] ?? [], to.grants[id] ?? [])
            if let table = to.table(id) {
                let marks = self.indexMarks(id, isNew ? nil : from.table(id), table)
                if !marks.isEmpty { indexMarks.append(DDLStep("AlterTable", marks, objects: [id])) }
            }
        }
        for id in plan.creates.sorted() {
            guard case .view(let view)? = to.objects[id], let index = view.clusteredOn else {
                continue
            }
            indexMarks.append(
                DDLStep(
                    "AlterMaterializedView",
                    ["ALTER MATERIALIZED VIEW \(name(id)) CLUSTER ON \(quoted(index))"],
                    objects: [id]))
        }
        if !comments.isEmpty { indexMarks.append(DDLStep("Comment", comments)) }
        if !grants.isEmpty { indexMarks.append(DDLStep("Grant", grants)) }
        return indexMarks
    }

    private func affected(_ changes: [SchemaChange]) -> [SchemaObjectID] {
        var ids = plan.creates.union(plan.alters)
        for change in changes where change.aspect != .definition && !isGone(change.object) {
            ids.insert(change.object)
        }
        // Columns of recreated views have comments without being objects.
        for id in to.comments.keys where id.kind == .column {
            if plan.creates.contains(id.owner(.view)) { ids.insert(id) }
            if plan.creates.contains(id.owner(.materializedView)) { ids.insert(id) }
        }
        for id in to.comments.keys where id.kind == .index {
            if let constraint = constraint(ofIndex: id), plan.creates.contains(constraint) {
                ids.insert(id)
            }
        }
        return ids.sorted()
    }

    /// The constraint whose index carries a comment of its own.
    private func constraint(ofIndex id: SchemaObjectID) -> SchemaObjectID? {
        guard id.kind == .index, to.objects[id] == nil else { return nil }
        return to.objects.keys.first {
            $0.kind == .constraint && $0.schema == id.schema && $0.member == id.name
                && to.constraint($0)?.kind != .foreignKey && to.constraint($0)?.kind != .check
        }
    }

    private func isGone(_ id: SchemaObjectID) -> Bool {
        to.objects[id] == nil && to.comments[id] == nil && to.grants[id] == nil
            && (from.objects[id] != nil || to.relation(of: id) == nil)
            && constraint(ofIndex: id) == nil
    }

    private func commentText(_ id: SchemaObjectID, _ text: String?) -> String {
        "COMMENT ON \(subject(id)) IS \(Quoting.literal(text))"
    }

    /// An object as `COMMENT ON` names it.
    private func subject(_ id: SchemaObjectID) -> String {
        let member = quoted(id.member ?? "")
        let relation = (to.relation(of: id) ?? from.relation(of: id)).map(name) ?? name(id.owner())
        let word = id.kind.rawValue.uppercased()
        switch id.kind {
        case .other:
            guard case .statement(let definition)? = to.objects[id] ?? from.objects[id] else {
                return id.name
            }
            return definition.subject ?? id.name
        case .column: return "COLUMN \(relation).\(member)"
        case .constraint, .trigger, .policy, .rule: return "\(word) \(member) ON \(relation)"
        case .function, .procedure, .aggregate: return "\(word) \(routineName(id))"
        case .enumeration, .compositeType, .rangeType: return "TYPE \(name(id))"
        default: return "\(word) \(name(id))"
        }
    }

    private func routineName(_ id: SchemaObjectID) -> String {
        guard case .routine(let routine)? = to.objects[id] ?? from.objects[id] else {
            return name(id)
        }
        return "\(spelling.name(id.schema, routine.name))(\(routine.arguments))"
    }

    private func grantTexts(_ id: SchemaObjectID, _ old: [Grant], _ new: [Grant]) -> [String] {
        // With a dropped column its grants have gone.
        let gone = old.filter { grant in
            !new.contains(grant)
                && grant.column.map { to.columnOrder[id]?.contains($0) ?? true } ?? true
        }
        let come = new.filter { !old.contains($0) }
        return gone.map { statement(id, $0, isGrant: !$0.isGranted) }
            + come.map { statement(id, $0, isGrant: $0.isGranted) }
    }

    private func statement(_ id: SchemaObjectID, _ grant: Grant, isGrant: Bool) -> String {
        let columns = grant.column.map { " (\(quoted($0)))" } ?? ""
        let target = "\(grant.privilege)\(columns) ON \(grantSubject(id))"
        let role = grant.grantee == "PUBLIC" ? "PUBLIC" : quoted(grant.grantee)
        return isGrant
            ? "GRANT \(target) TO \(role)" + (grant.withGrantOption ? " WITH GRANT OPTION" : "")
            : "REVOKE \(target) FROM \(role)"
    }

    private func grantSubject(_ id: SchemaObjectID) -> String {
        switch id.kind {
        case .schema: "SCHEMA \(quoted(id.name))"
        case .sequence: "SEQUENCE \(name(id))"
        case .function, .aggregate: "FUNCTION \(routineName(id))"
        case .procedure: "PROCEDURE \(routineName(id))"
        case .domain: "DOMAIN \(name(id))"
        case .enumeration, .compositeType, .rangeType: "TYPE \(name(id))"
        default: "TABLE \(name(id))"
        }
    }
}
