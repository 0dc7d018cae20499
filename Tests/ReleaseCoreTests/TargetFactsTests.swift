import PostgresLink
import SQLAnalysis
import TestSupport
import Testing

@testable import ReleaseCore

@Suite struct TargetFactsTests {
    private static let tables = """
        CREATE TYPE mood AS ENUM ('sad', 'glad');
        CREATE TABLE parent (id int PRIMARY KEY);
        CREATE TABLE full_table (
            id serial PRIMARY KEY, title varchar(20), body text, "Mixed Case" int, mood mood,
            parent_id int REFERENCES parent, filled text NOT NULL DEFAULT 'x',
            CONSTRAINT proven CHECK (body IS NOT NULL));
        CREATE UNIQUE INDEX full_title ON full_table (lower(title), id) WHERE id > 0;
        CREATE TABLE empty_table (id int, name text);
        CREATE FUNCTION calm() RETURNS int LANGUAGE sql STABLE AS 'SELECT 1';
        INSERT INTO full_table (title, body) SELECT i, repeat(i::text, 100)
            FROM generate_series(1, 20000) i;
        ANALYZE full_table;
        """

    private func findings(of sql: String) async throws -> [String] {
        try await withTemporaryDatabase { url in
            try await onOwnThread {
                let session = try PostgresSession(connecting: ConnectionTarget(url: url))
                try session.execute(Self.tables)
                let script = try Script(sql)
                let facts = TargetFacts(session: session, defaultSchema: "public")
                let schema = try #require(try facts.schema(for: [script]))
                var linter = Linter(schema: schema)
                return linter.findings(in: script).map { "\($0.rule) \($0.severity)" }
            }
        }
    }

    @Test(arguments: [
        // Empty tables can be written anew at any time.
        ("ALTER TABLE empty_table ALTER id TYPE bigint", ["type-rewrite note"]),
        ("ALTER TABLE empty_table ADD c int NOT NULL", ["required-column note"]),
        ("CREATE INDEX ON empty_table (name)", ["index-blocks-writes note"]),
        // Rows make it fail for certain.
        ("ALTER TABLE full_table ADD c int NOT NULL", ["required-column error"]),
        // Types, checks, keys and volatility are read from the catalog.
        ("ALTER TABLE full_table ALTER title TYPE text", []),
        ("ALTER TABLE full_table ALTER body SET NOT NULL", []),
        ("ALTER TABLE full_table ALTER filled SET NOT NULL", []),
        ("ALTER TABLE full_table ALTER \"Mixed Case\" SET NOT NULL", ["set-not-null warning"]),
        ("ALTER TABLE full_table ADD c int DEFAULT calm()", []),
        ("CREATE UNIQUE INDEX CONCURRENTLY i ON full_table (id, body)", []),
        ("DROP INDEX full_title", ["drop-index note"]),
        // What is not there cannot be lost.
        ("DROP TABLE IF EXISTS gone", []),
        ("DROP TABLE IF EXISTS full_table", ["drop-table error"]),
        ("CREATE TABLE n (id int); CREATE INDEX ON n (id)", []),
        ("UPDATE empty_table SET name = ''", ["update-without-where warning"]),
    ])
    func findingsJudgeAgainstThisDatabase(_ sql: String, _ expected: [String]) async throws {
        #expect(try await findings(of: sql) == expected)
    }

    @Test func enumValuesAndSizesComeFromTheDatabase() async throws {
        let sql = """
            CREATE TYPE mood_new AS ENUM ('glad');
            ALTER TABLE full_table ALTER mood TYPE mood_new USING (mood::text::mood_new);
            ALTER TYPE mood RENAME TO mood_old; ALTER TYPE mood_new RENAME TO mood;
            DROP TYPE mood_old;
            """
        let found = try await findings(of: sql)
        #expect(found.contains("enum-value-removed warning"))
    }
}
