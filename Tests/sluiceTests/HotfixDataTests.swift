import Foundation
import TestSupport
import Testing

/// What a hotfix says about rows, and how they come back.
struct HotfixDataTests {
    private typealias Document = HotfixTests.Document

    private static let tables = """
        CREATE TYPE kind AS ENUM ('a', 'b');
        CREATE TABLE owners (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);
        CREATE TABLE jobs (id serial PRIMARY KEY, owner int REFERENCES owners(id), kind kind,
          budget int);

        """

    @Test(arguments: ["", "CREATE EXTENSION postgres_fdw;"])
    func theStatementsInTheHeaderBringTheRowsBackFromAClone(_ before: String) async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("1_tables", before + Self.tables)
            _ = try await scene.sluice("deploy", "staging")
            let rows = """
                INSERT INTO owners (name) VALUES ('ada'), ('bob');
                INSERT INTO jobs (owner, kind, budget) VALUES (1, 'a', 10), (2, 'b', 20);
                """
            _ = try await scene.query(scene.staging, rows)
            let clone = try await TemporaryDatabase.create(template: scene.staging.name)
            try scene.migration(
                "2_harm",
                "ALTER TABLE jobs DROP COLUMN owner, DROP COLUMN budget; DROP TABLE owners;")
            _ = try await scene.sluice("deploy", "staging")
            let hotfix = try await scene.json(
                Document.self, ["hotfix", "2_harm", "--env", "staging"]
            ).hotfix
            #expect(hotfix.proven)
            let script = try scene.git.git(
                "show", "\(hotfix.branch):prisma/migrations/\(hotfix.migration)/migration.sql")
            #expect(
                script.contains(
                    "column public.jobs.budget returns without its data: 2 rows in staging; how many had a value is not known any more"
                ))
            try scene.git.merge(hotfix.branch)
            #expect(try await scene.sluice("deploy", "staging").status == 0)

            let statements = Self.statements(script, clone)
            #expect(statements.contains("IMPORT FOREIGN SCHEMA"))
            _ = try await scene.query(scene.staging, statements)
            let found = try await scene.query(
                scene.staging,
                "select string_agg(name || budget || kind, ',' order by o.id) from jobs j join owners o on o.id = j.owner"
            )
            #expect(found == "ada10a,bob20b")
            _ = try await scene.query(scene.staging, "insert into owners (name) values ('eve')")
            // Nothing of it is left but the rows, and what was there before.
            let drift = try await scene.sluice("status", "staging", "--drift")
            #expect(drift.status == 0, "\(drift.stdout)")
            let left = try await scene.query(
                scene.staging,
                """
                select (select count(*) from pg_extension where extname = 'postgres_fdw'),
                  (select count(*) from pg_foreign_server),
                  (select count(*) from pg_namespace where nspname like 'restored%')
                """)
            #expect(left == (before.isEmpty ? "0|0|0" : "1|0|0"))
            try await clone.drop()
        }
    }

    /// The commented statements with the clone's address filled in.
    private static func statements(_ script: String, _ clone: TemporaryDatabase) -> String {
        let parts = URLComponents(string: clone.url)
        let host = parts?.queryItems?.first { $0.name == "host" }?.value ?? ""
        let port = parts?.queryItems?.first { $0.name == "port" }?.value ?? "5432"
        let lines = script.split(separator: "\n").map(String.init)
        let start = lines.firstIndex { $0.contains("CREATE SCHEMA restored") }
        let end = lines.firstIndex { $0.contains("DROP SCHEMA restored CASCADE") }
        guard let start, let end else { return "" }
        return lines[start...end].map { $0.dropFirst("-- ".count) }.joined(separator: "\n")
            .replacingOccurrences(
                of: "host 'HOST', port '5432'", with: "host '\(host)', port '\(port)'"
            )
            .replacingOccurrences(of: "dbname 'CLONE'", with: "dbname '\(clone.name)'")
            .replacingOccurrences(
                of: "user 'USER', password 'PASSWORD'", with: "user '\(parts?.user ?? "postgres")'")
    }

    @Test func rowsOfTheHistoryItselfAreNoReasonToDoubtTheFollowUps() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration(
                "1_t",
                "CREATE TABLE t (id int PRIMARY KEY, v int NOT NULL); INSERT INTO t VALUES (1, 1);")
            try scene.migration("2_harm", "ALTER TABLE t DROP COLUMN v;")
            let output = try await scene.sluice("hotfix", "2_harm")
            #expect(output.status == 0, "\(output.stdout)\(output.stderr)")
            #expect(
                output.stdout.contains("this hotfix with its follow-ups has the schema of before"))
            #expect(output.stdout.contains("SET NOT NULL"))
        }
    }

    @Test func largeTablesGetTheirIndexesWithoutLockingOutWriters() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("1_t", "CREATE TABLE t (id int, v int); CREATE INDEX i ON t(v);")
            try scene.migration("2_harm", "DROP INDEX i;")
            _ = try await scene.sluice("deploy", "staging")
            // The planner's number stands for rows that would take long to make.
            _ = try await scene.query(
                scene.staging, "update pg_class set reltuples = 500000 where relname = 't'")
            let hotfix = try await scene.json(
                Document.self, ["hotfix", "2_harm", "--env", "staging"]
            ).hotfix
            #expect(hotfix.proven)
            let script = try scene.git.git(
                "show", "\(hotfix.branch):prisma/migrations/\(hotfix.migration)/migration.sql")
            #expect(script.contains("CREATE INDEX CONCURRENTLY \"i\" ON \"t\"(\"v\");"))
            try scene.git.merge(hotfix.branch)
            #expect(try await scene.sluice("deploy", "staging").status == 0)
        }
    }
}
