import PostgresLink
import SchemaCatalog
import TestSupport
import Testing

/// For hand-written pairs of schemas: the difference applied to the one gives
/// the other, by pg_dump's word and by our own.
struct DDLTests {
    @Test(.serialized, arguments: SchemaPair.tables)
    func tables(_ pair: SchemaPair) async throws { try await check(pair) }

    @Test(.serialized, arguments: SchemaPair.constraints)
    func constraints(_ pair: SchemaPair) async throws { try await check(pair) }

    @Test(.serialized, arguments: SchemaPair.indexes)
    func indexes(_ pair: SchemaPair) async throws { try await check(pair) }

    @Test(.serialized, arguments: SchemaPair.types)
    func types(_ pair: SchemaPair) async throws { try await check(pair) }

    @Test(.serialized, arguments: SchemaPair.code)
    func code(_ pair: SchemaPair) async throws { try await check(pair) }

    @Test(.serialized, arguments: SchemaPair.partitions)
    func partitions(_ pair: SchemaPair) async throws { try await check(pair) }

    @Test(.serialized, arguments: SchemaPair.applications)
    func applications(_ pair: SchemaPair) async throws { try await check(pair) }

    private func check(_ pair: SchemaPair) async throws {
        try await check(pair, from: pair.first, to: pair.second)
        try await check(pair, from: pair.second, to: pair.first)
    }

    private func check(_ pair: SchemaPair, from: String, to: String) async throws {
        try await withTemporaryDatabase { start in
            try await withTemporaryDatabase { goal in
                let wanted = try Self.build(goal, pair.common, to)
                let existing = try Self.build(start, pair.common, from)
                let difference = SchemaDifference(from: existing, to: wanted)
                #expect(!difference.isEmpty)
                try Self.checkCompatible(difference, on: start)
                let sql = difference.render()
                let left = try Self.apply(sql, to: start, expecting: wanted)
                #expect(left.isEmpty, "after:\n\(sql)")
                let expected = try await PgDumpOracle.dump(goal)
                let found = try await PgDumpOracle.dump(start)
                if expected != found {
                    Issue.record("\(expected.difference(to: found))\nafter:\n\(sql)")
                }
            }
        }
    }

    /// The form for databases with rows gives the same schema once its follow-ups
    /// have run. Undone afterwards.
    private static func checkCompatible(_ difference: SchemaDifference, on url: String) throws {
        let session = try PostgresSession(connecting: ConnectionTarget(url: url))
        let steps = difference.ddl(style: .compatible)
        try session.execute("BEGIN")
        do {
            try session.execute(steps.map(\.sql).joined())
            for followUp in steps.flatMap(\.followUps) { try session.execute(followUp.statement) }
            let found = try SchemaSnapshot.read(session)
            let left = SchemaDifference(from: found, to: difference.to).summary
            #expect(left.isEmpty, "after:\n\(steps.migrationText())")
        } catch {
            Issue.record("\(error)\nin:\n\(steps.migrationText())")
        }
        try session.execute("ROLLBACK")
    }

    private static func build(_ url: String, _ parts: String...) throws -> SchemaSnapshot {
        let session = try PostgresSession(connecting: ConnectionTarget(url: url))
        for part in parts where !part.isEmpty { try session.execute(part) }
        return try SchemaSnapshot.read(session)
    }

    private static func apply(
        _ sql: String, to url: String, expecting wanted: SchemaSnapshot
    ) throws -> [String] {
        let session = try PostgresSession(connecting: ConnectionTarget(url: url))
        do {
            try session.execute(sql)
        } catch {
            Issue.record("\(error)\nin:\n\(sql)")
        }
        return SchemaDifference(from: try SchemaSnapshot.read(session), to: wanted).summary
    }
}
