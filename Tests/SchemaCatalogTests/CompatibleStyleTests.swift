import PostgresLink
import SchemaCatalog
import TestSupport
import Testing

/// The compatible form applies to a database with rows in it, loses nothing it
/// need not lose, and says what is left to do.
struct CompatibleStyleTests {
    @Test func aRestoredRequiredColumnComesBackNullableWithAFollowUp() async throws {
        try await undo(
            schema:
                "CREATE TABLE t (id int PRIMARY KEY, title text NOT NULL, n int NOT NULL DEFAULT 3)",
            rows: "INSERT INTO t VALUES (1, 'a', 1), (2, 'b', 2)",
            migration: "ALTER TABLE t DROP COLUMN title, DROP COLUMN n"
        ) { session, steps in
            let numbers = try session.query("SELECT string_agg(n::text, ',') FROM t").scalar
            #expect(numbers == "3,3")
            let followUp = try #require(steps.flatMap(\.followUps).first)
            #expect(followUp.statement == #"ALTER TABLE "t" ALTER COLUMN "title" SET NOT NULL"#)
            #expect(throws: PostgresError.self) { try session.execute(followUp.statement) }
            #expect(
                steps.flatMap(\.losses).map(\.description) == [
                    "column public.t.title returns without its data",
                    "column public.t.n returns without its data",
                ])
            try session.execute("UPDATE t SET title = 'x' WHERE title IS NULL")
        }
    }

    @Test func keysOverRestoredColumnsWait() async throws {
        try await undo(
            schema: """
                CREATE TABLE t (a int NOT NULL DEFAULT 1, b int, CONSTRAINT k PRIMARY KEY (a));
                CREATE TABLE r (t int REFERENCES t(a)); CREATE VIEW v AS SELECT t.*, 1 AS x FROM t
                GROUP BY a;
                """,
            rows: "INSERT INTO t VALUES (1), (2)",
            migration: "DROP VIEW v; ALTER TABLE t DROP COLUMN a CASCADE"
        ) { session, steps in
            let reasons = steps.flatMap(\.followUps).map(\.statement)
            #expect(reasons.contains { $0.contains(#"ADD CONSTRAINT "k" PRIMARY KEY"#) })
            #expect(reasons.contains { $0.contains("FOREIGN KEY") })
            #expect(reasons.contains { $0.contains("CREATE VIEW") })
            try session.execute(
                "UPDATE t SET a = s.n FROM (SELECT ctid AS c, row_number() OVER () "
                    + "AS n FROM t) s WHERE t.ctid = s.c")
        }
    }

    @Test func constraintsReturnInTwoStatements() async throws {
        try await undo(
            schema: """
                CREATE TABLE p (id int PRIMARY KEY);
                CREATE TABLE t (p int CONSTRAINT f REFERENCES p(id), n int CONSTRAINT c CHECK (n > 0))
                """,
            rows: "INSERT INTO p VALUES (1); INSERT INTO t VALUES (1, 1)",
            migration: "ALTER TABLE t DROP CONSTRAINT f, DROP CONSTRAINT c"
        ) { _, steps in
            let statements = steps.flatMap(\.statements)
            #expect(statements.filter { $0.hasSuffix(" NOT VALID") }.count == 2)
            #expect(statements.filter { $0.contains("VALIDATE CONSTRAINT") }.count == 2)
        }
    }

    @Test(arguments: [
        ("int", "text", "7"), ("text", "jsonb", "{\"a\": 1}"), ("varchar(9)", "text", "long"),
        ("uuid", "text", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"), ("int", "numeric", "12"),
        ("timestamp(3)", "timestamptz(3)", "2024-02-03 04:05:06.789"), ("bytea", "text", "\\xff00"),
        ("text[]", "jsonb[]", "{1,2}"), ("boolean", "text", "true"), ("bigint", "int", "12"),
        ("\"Mood\"", "text", "SAD"), ("\"Mood\"[]", "text[]", "{SAD,OK}"),
    ])
    func valuesSurviveATypeChangeAndItsUndoing(
        _ type: String, _ other: String, _ value: String
    ) async throws {
        try await undo(
            schema: "CREATE TYPE \"Mood\" AS ENUM ('SAD', 'OK'); CREATE TABLE t (c \(type))",
            rows: "INSERT INTO t VALUES (\(Quoting.literal(value))), (NULL)",
            migration: """
                SET timezone = 'UTC'; ALTER TABLE t ALTER c TYPE \(other) USING c::text::\(other)
                """
        ) { session, _ in
            let found = try session.query("SELECT c::text FROM t WHERE c IS NOT NULL").scalar
            #expect(found == value)
        }
    }

    @Test func enumValuesReturnAndRowsStay() async throws {
        try await undo(
            schema: """
                CREATE TYPE e AS ENUM ('A', 'B', 'C'); CREATE TABLE t (e e NOT NULL DEFAULT 'B');
                CREATE VIEW v AS SELECT * FROM t WHERE e = 'A';
                """,
            rows: "INSERT INTO t VALUES ('A')",
            migration: """
                DROP VIEW v; ALTER TABLE t ALTER e DROP DEFAULT; ALTER TYPE e RENAME TO o;
                CREATE TYPE e AS ENUM ('A', 'C'); ALTER TABLE t ALTER e TYPE e USING e::text::e,
                ALTER e SET DEFAULT 'A'; DROP TYPE o; CREATE VIEW v AS SELECT * FROM t WHERE e = 'A';
                """
        ) { session, _ in
            let found = try session.query("SELECT e FROM t").scalar
            #expect(found == "A")
        }
    }

    @Test func indexesOfLargeTablesAreBuiltConcurrently() async throws {
        try await withTemporaryDatabase { url in
            let before = try SchemaSnapshotTests.read(
                url, after: "CREATE TABLE t (a int); CREATE INDEX i ON t(a)")
            let after = try SchemaSnapshotTests.read(url, after: "DROP INDEX i")
            let steps = SchemaDifference(from: after, to: before)
                .ddl(style: .compatible, concurrentlyOn: [.table("public", "t")])
            #expect(steps.map(\.sql) == ["CREATE INDEX CONCURRENTLY \"i\" ON \"t\"(\"a\");\n"])
        }
    }

    @Test func aColumnLikeAPartOfThePartitionKeyChangesInPlace() async throws {
        try await withTemporaryDatabase { url in
            let before = try SchemaSnapshotTests.read(
                url,
                after: "CREATE TABLE p (created_at date, at int) PARTITION BY RANGE (created_at)")
            let after = try SchemaSnapshotTests.read(
                url, after: "ALTER TABLE p ALTER at TYPE bigint")
            let steps = SchemaDifference(from: after, to: before).ddl(style: .compatible)
            #expect(
                steps.map(\.sql) == [
                    "ALTER TABLE \"p\" ALTER COLUMN \"at\" SET DATA TYPE INTEGER;\n"
                ])
        }
    }

    @Test func whatCameSinceIsKeptWhereAsked() async throws {
        try await withTemporaryDatabase { url in
            let before = try SchemaSnapshotTests.read(
                url, after: "CREATE TYPE e AS ENUM ('A', 'B'); CREATE TABLE t (a int, b e)")
            let after = try SchemaSnapshotTests.read(
                url,
                after: """
                    ALTER TABLE t DROP COLUMN a, ADD c text; CREATE TABLE later (id int);
                    ALTER TYPE e ADD VALUE 'C';
                    """)
            let difference = SchemaDifference(from: after, to: before)
            let steps = difference.ddl(style: .compatible, dropsAdditions: false)
            #expect(steps.map(\.sql) == ["ALTER TABLE \"t\" ADD COLUMN     \"a\" INTEGER;\n"])
        }
    }

    /// Applies a migration to a database with rows, undoes it, lets `check` look
    /// and fill in, runs the follow-ups, and compares with the start.
    private func undo(
        schema: String, rows: String, migration: String,
        check: (PostgresSession, [DDLStep]) throws -> Void
    ) async throws {
        try await withTemporaryDatabase { url in
            let session = try SchemaSnapshotTests.session(url)
            try session.execute(schema)
            let before = try SchemaSnapshot.read(session)
            let expected = try await PgDumpOracle.dump(url)
            try session.execute(rows)
            try session.execute(migration)
            let after = try SchemaSnapshot.read(session)
            let steps = SchemaDifference(from: after, to: before).ddl(style: .compatible)
            try session.execute(steps.map(\.sql).joined())
            try check(session, steps)
            for followUp in steps.flatMap(\.followUps) { try session.execute(followUp.statement) }
            let found = try await PgDumpOracle.dump(url)
            if expected != found {
                Issue.record("\(expected.difference(to: found))\n\(steps.migrationText())")
            }
        }
    }
}
