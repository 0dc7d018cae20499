import PostgresLink

/// Who owns what, where that is not the server's first superuser.
///
/// No environment is compared with another by it, since each has roles of its own:
/// a hotfix only asks what the migrations themselves have changed.
struct Owners {
    /// An object as `ALTER` wants it: `table` and `public.jobs`.
    struct Owned: Hashable, Comparable {
        var type: String
        var identity: String

        /// Tables first: sequences that belong to them have the same owner.
        static func < (left: Owned, right: Owned) -> Bool {
            let ranks = (left.type == "table" ? 0 : 1, right.type == "table" ? 0 : 1)
            return (ranks.0, left.type, left.identity) < (ranks.1, right.type, right.identity)
        }
    }

    private(set) var roles: [Owned: String] = [:]

    /// - Throws: `PostgresError`.
    init(_ session: PostgresSession) throws {
        let result = try session.query(
            """
            SELECT i.type, i.identity, r.rolname
            FROM pg_catalog.pg_shdepend d
            JOIN pg_catalog.pg_database b ON b.oid = d.dbid AND b.datname = current_database()
            JOIN pg_catalog.pg_roles r ON r.oid = d.refobjid,
              pg_catalog.pg_identify_object(d.classid, d.objid, d.objsubid) i
            WHERE d.deptype = 'o' AND d.refclassid = 'pg_catalog.pg_authid'::regclass
            """)
        for row in result.rows {
            roles[Owned(type: row[0] ?? "", identity: row[1] ?? "")] = row[2] ?? ""
        }
    }

    /// What has another owner than in `other`.
    func changed(from other: Owners) -> [Owned] {
        Set(roles.keys).union(other.roles.keys).filter { roles[$0] != other.roles[$0] }.sorted()
    }

    /// Whoever applies the hotfix owns what the migrations before had left to whoever
    /// applied them.
    func statement(returning object: Owned) -> String {
        let role = roles[object].map(Quoting.identifier) ?? "CURRENT_USER"
        return "ALTER \(object.type.uppercased()) \(object.identity) OWNER TO \(role)"
    }
}
