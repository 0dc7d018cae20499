import Crypto
import PostgresLink
import Sandbox
import SchemaCatalog

/// Databases of the sandbox that hold a history up to a certain migration.
///
/// Each is named after the checksums of what it holds, so a second hotfix for
/// the same history finds it ready. A replay leaves a copy behind every
/// ``spacing`` migrations: whichever migration is asked about next, only a few
/// have to be replayed up to it.
struct ReplayDatabases {
    let cluster: SandboxCluster
    let migrations: [ReplayMigration]
    /// The one schema on the search path, where it is not `public`.
    let schema: String?
    /// The database for each number of migrations.
    private let names: [String]
    private static let prefix = "replay_"
    /// Copying a database takes about as long as replaying so many migrations.
    private static let spacing = 100
    /// How many databases stay that are neither one of those copies nor the whole
    /// history.
    private static let kept = 32

    init(cluster: SandboxCluster, migrations: [ReplayMigration], schema: String? = nil) {
        self.cluster = cluster
        self.migrations = migrations
        self.schema = schema
        names = Self.names(migrations, schema)
    }

    private static func names(_ migrations: [ReplayMigration], _ schema: String?) -> [String] {
        var hash = SHA256()
        if let schema { hash.update(data: Array("\(schema)\0\0".utf8)) }
        var names: [String] = []
        func add() { names.append(prefix + Hexadecimal.encode(hash.finalize()).prefix(24)) }
        add()
        for migration in migrations {
            hash.update(data: Array("\(migration.name)\0\(migration.migration.checksum)\0".utf8))
            add()
        }
        return names
    }

    /// The database with the first `count` migrations applied; made from the
    /// longest shorter one that exists.
    ///
    /// - Throws: ``ReleaseError`` when a migration does not apply there.
    func database(with count: Int) throws -> String {
        let existing = try existingNames()
        let known = Set(existing)
        if known.contains(names[count]) { return names[count] }
        let base = (0..<count).last { known.contains(names[$0]) }
        let building = try newDatabase(from: base)
        do {
            var done = base ?? 0
            for stop in stops(behind: done, before: count) {
                try replay(done..<stop, in: building)
                if stop < count { try keepCopy(of: building, as: names[stop]) }
                done = stop
            }
            try rename(building, to: names[count])
        } catch {
            try? cluster.dropDatabase(building)
            throw error
        }
        try removeOld(existing)
        return names[count]
    }

    /// A database that nobody finds, with the first `base` migrations.
    private func newDatabase(from base: Int?) throws -> String {
        let building = "building_\(UUID4.make().prefix(13))"
        try cluster.createDatabase(building, template: base.map { names[$0] })
        return building
    }

    /// Where copies are made on the way, and the end.
    private func stops(behind start: Int, before end: Int) -> [Int] {
        let first = (start / Self.spacing + 1) * Self.spacing
        return Array(stride(from: first, to: end, by: Self.spacing)) + [end]
    }

    private func replay(_ range: Range<Int>, in database: String) throws {
        try withSession(database) { session in
            try Replay(session: session, schema: schema).run(migrations[range].planned())
        }
    }

    private func keepCopy(of database: String, as name: String) throws {
        let copy = "building_\(UUID4.make().prefix(13))"
        try cluster.createDatabase(copy, template: database)
        try rename(copy, to: name)
    }

    /// The schemas in front of some migrations and behind them.
    struct Ends: Sendable {
        var range: Range<Int>
        var before: SchemaSnapshot
        /// `nil` at the end of the history.
        var after: SchemaSnapshot?
        var ownersBefore: Owners
        /// `nil` at the end of the history.
        var ownersAfter: Owners?
        /// A database of its own with what is behind them, to be dropped.
        var database: String
    }

    /// Replays from the nearest copy, on the way through without making others.
    ///
    /// - Throws: ``ReleaseError`` when a migration does not apply there.
    func ends(of range: Range<Int>) throws -> Ends {
        let known = Set(try existingNames())
        let base = (0...range.lowerBound).last { known.contains(names[$0]) }
        let database = try newDatabase(from: base)
        do {
            return try withSession(database) { session in
                let replay = Replay(session: session, schema: schema)
                try replay.run(migrations[(base ?? 0)..<range.lowerBound].planned())
                let before = try read(session)
                var ends = Ends(
                    range: range, before: before, after: nil, ownersBefore: try Owners(session),
                    ownersAfter: nil, database: database)
                if range.upperBound < migrations.count {
                    try replay.run(migrations[range].planned())
                    ends.after = try read(session)
                    ends.ownersAfter = try Owners(session)
                }
                return ends
            }
        } catch {
            try? cluster.dropDatabase(database)
            throw error
        }
    }

    /// The schema that the first `count` migrations make.
    func snapshot(with count: Int) throws -> SchemaSnapshot {
        try withSession(database(with: count)) { try read($0) }
    }

    /// The schema of a session's database, as the migrations name things.
    func read(_ session: PostgresSession) throws -> SchemaSnapshot {
        try SchemaSnapshot.read(session, defaultSchema: schema)
    }

    /// A throw-away copy of a replayed database.
    func withCopy<T>(of count: Int, _ body: (PostgresSession) throws -> T) throws -> T {
        let copy = "scratch_\(UUID4.make().prefix(13))"
        try cluster.createDatabase(copy, template: try database(with: count))
        defer { try? cluster.dropDatabase(copy) }
        return try withSession(copy, body)
    }

    func withSession<T>(_ database: String, _ body: (PostgresSession) throws -> T) throws -> T {
        let target = try ConnectionTarget(url: cluster.url(database: database))
        return try body(
            PostgresSession(
                connecting: target, applicationName: "sluice replay", keeping: cluster))
    }

    /// Another process may have been quicker: then its database is as good.
    private func rename(_ from: String, to name: String) throws {
        try withSession("postgres") { session in
            do {
                try session.execute(
                    "ALTER DATABASE \(Quoting.identifier(from)) RENAME TO \(Quoting.identifier(name))"
                )
            } catch let error as PostgresError where error.state?.rawValue == "42P04" {
                try session.execute("DROP DATABASE \(Quoting.identifier(from))")
            }
        }
    }

    /// Oldest first.
    private func existingNames() throws -> [String] {
        try withSession("postgres") { session in
            try session.query(
                "SELECT datname FROM pg_database WHERE datname LIKE 'replay\\_%' ORDER BY oid"
            ).rows.compactMap { $0.first ?? nil }
        }
    }

    /// Histories grow, and what an older one needed is not asked for again.
    private func removeOld(_ existing: [String]) throws {
        let lasting = Set(
            names.indices.filter { $0 % Self.spacing == 0 || $0 == names.count - 1 }
                .map { names[$0] })
        let old = existing.filter { !lasting.contains($0) }.dropLast(Self.kept)
        for name in try Array(old) + abandonedNames() { try? cluster.dropDatabase(name) }
    }

    /// What somebody was at who used a server that has ended since: killed, most likely.
    /// Times of files count in whole seconds.
    private func abandonedNames() throws -> [String] {
        try withSession("postgres") { session in
            try session.query(
                """
                SELECT datname FROM pg_catalog.pg_database
                WHERE (datname LIKE 'building\\_%' OR datname LIKE 'scratch\\_%')
                  AND (pg_catalog.pg_stat_file('base/' || oid || '/PG_VERSION', true)).modification
                    < date_trunc('second', pg_catalog.pg_postmaster_start_time())
                """
            ).rows.compactMap { $0.first ?? nil }
        }
    }
}
