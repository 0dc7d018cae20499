import Foundation
import PostgresLink
import SchemaCatalog
import TestSupport
import Testing

/// For random schemas A and B: the difference applied to A gives B.
struct RandomSchemaTests {
    private static let seeds: ClosedRange<UInt64> =
        ProcessInfo.processInfo.environment["SLUICE_FULL"] == "1" ? 1...400 : 1...8

    /// One after the other: a test cluster has only so many connections.
    @Test(.serialized, arguments: seeds)
    func theDifferenceTurnsOneSchemaIntoTheOther(_ seed: UInt64) async throws {
        try await withTemporaryDatabase { url in
            var random = RandomDDL(seed: seed)
            let session = try SchemaSnapshotTests.session(url)
            try session.execute(Self.ground)
            Self.run(60, &random, session)
            let first = try SchemaSnapshot.read(session)
            let expected = try await PgDumpOracle.dump(url)
            Self.run(60, &random, session)
            let second = try SchemaSnapshot.read(session)
            let difference = SchemaDifference(from: second, to: first)
            let sql = difference.render()
            do {
                try session.execute(sql)
            } catch {
                Issue.record("seed \(seed): \(error)\nin:\n\(sql)")
                return
            }
            guard difference.unrendered.isEmpty else { return }
            let left = SchemaDifference(from: try SchemaSnapshot.read(session), to: first).summary
            #expect(left.isEmpty, "seed \(seed) after:\n\(sql)")
            let found = try await PgDumpOracle.dump(url)
            if expected != found {
                Issue.record("seed \(seed): \(expected.difference(to: found))\nafter:\n\(sql)")
            }
        }
    }

    private static let ground = """
        CREATE SCHEMA s; CREATE TYPE "E0" AS ENUM ('A', 'B', '1'); CREATE TYPE "E1" AS ENUM ('A');
        CREATE FUNCTION f0(a int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
        CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        """

    private static func run(_ count: Int, _ random: inout RandomDDL, _ session: PostgresSession) {
        for _ in 0..<count { _ = try? session.execute(random.statement()) }
    }
}
