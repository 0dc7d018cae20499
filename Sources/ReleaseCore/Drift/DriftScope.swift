import SchemaCatalog

/// Decides which differences are the history's business.
struct DriftScope {
    let expected: SchemaSnapshot
    /// Objects to leave out: `audit`, `audit.*`, `*_backup`, `public.jobs`.
    let patterns: [String]
    /// The one schema the database's URL names: others are other applications'.
    let onlySchema: String?
    /// The schema the first deployment will make.
    var schemaToCome: String?
    /// Roles that the history grants anything to.
    private let grantees: Set<String>
    private let schemas: Set<String>

    /// Extensions people install to look at a server, not for a schema.
    private static let observing: Set<String> = [
        "pg_stat_statements", "pg_stat_kcache", "pg_qualstats", "pg_wait_sampling",
        "pg_buffercache",
        "pg_prewarm", "pgstattuple", "pg_freespacemap", "pg_visibility", "pg_repack", "pg_squeeze",
        "pg_hint_plan", "hypopg", "pgaudit", "pg_cron", "auto_explain", "pageinspect", "amcheck",
        "rds_tools", "aiven_extras", "google_vacuum_mgmt", "azure", "pgaadauth",
    ]

    init(
        expected: SchemaSnapshot, patterns: [String], onlySchema: String?,
        schemaToCome: String? = nil
    ) {
        self.schemaToCome = schemaToCome
        self.expected = expected
        self.patterns = patterns
        self.onlySchema = onlySchema
        grantees = Set(expected.grants.values.flatMap { $0.map(\.grantee) } + ["PUBLIC"])
        schemas = Set(expected.objects.keys.map { $0.kind == .schema ? $0.name : $0.schema })
    }

    func isOurs(_ change: SchemaChange, in difference: SchemaDifference) -> Bool {
        let id = change.object
        if id.kind == .schema, change.kind == .removed, id.name == schemaToCome { return false }
        if patterns.contains(where: { covers($0, id, difference) }) { return false }
        if let onlySchema, !isWithin(onlySchema, id) { return false }
        switch (id.kind, change.aspect) {
        case (.extension, .definition):
            // Which version is installed is the server's packages' business.
            return change.kind == .removed
                || change.kind == .added && !Self.observing.contains(id.name)
        case (_, .grants):
            let (old, new) = (difference.from.grants[id] ?? [], difference.to.grants[id] ?? [])
            return Set(old.filter(isNamed)) != Set(new.filter(isNamed))
        default: return true
        }
    }

    private func isNamed(_ grant: Grant) -> Bool { grantees.contains(grant.grantee) }

    private func isWithin(_ schema: String, _ id: SchemaObjectID) -> Bool {
        let own = id.kind == .schema ? id.name : id.schema
        return own.isEmpty || own == schema || schemas.contains(own)
    }

    /// A pattern names an object by its schema, its name, or both; what belongs
    /// to a table is covered with it.
    private func covers(
        _ pattern: String, _ id: SchemaObjectID, _ difference: SchemaDifference
    ) -> Bool {
        var names = [id.name, id.schema, id.path, "\(id.schema).\(id.name)"]
        if let index = difference.from.index(id) ?? difference.to.index(id) {
            names += [index.table.name, index.table.path]
        }
        if let owner = (difference.from.sequence(id) ?? difference.to.sequence(id))?.owner {
            names += [owner.name, "\(owner.schema).\(owner.name)"]
        }
        return names.contains { !$0.isEmpty && IgnoreList.matches($0, pattern: pattern) }
    }
}
