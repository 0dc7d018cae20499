import SQLAnalysis
import Testing

/// A plan after a history, and its findings as `rule severity @statement: objects`.
private struct FindingCase: Sendable, CustomTestStringConvertible {
    let history: String
    let plan: [String]
    let findings: [String]

    init(_ sql: String, history: String = "", _ findings: [String] = []) {
        plan = [sql]
        self.history = history
        self.findings = findings
    }

    init(_ first: String, _ second: String, _ findings: [String] = []) {
        plan = [first, second]
        history = ""
        self.findings = findings
    }

    /// The rules that these tests are about; others may have more to say.
    private static let losses: Set<String> = [
        "allow", "unreadable", "column-type-change", "delete-all-rows", "drop-column",
        "drop-database", "drop-owned", "drop-schema", "drop-table", "drop-type", "drop-view",
        "enum-value-removed", "rename-as-drop-and-create", "truncate", "update-without-where",
    ]

    var testDescription: String { plan.joined(separator: " || ") }

    func found() throws -> [Finding] {
        let scripts = try plan.enumerated().map { ("\($0)", try Script($1)) }
        return Linter.findings(in: scripts, history: [try Script(history)]).flatMap(\.findings)
            .filter { Self.losses.contains($0.rule) }
    }
}

private func describe(_ finding: Finding) -> String {
    let objects = finding.objects.map(\.description).joined(separator: ", ")
    return "\(finding.rule) \(finding.severity) @\(finding.statement): \(objects)"
}

@Suite struct LinterTests {
    @Test(arguments: [
        FindingCase(
            "DROP TABLE \"Jobs\", b",
            [
                "drop-table error @1: table public.\"Jobs\"", "drop-table error @1: table public.b",
            ]),
        FindingCase("DROP TABLE IF EXISTS s.a CASCADE", ["drop-table error @1: table s.a"]),
        FindingCase(
            "SELECT 1; ALTER TABLE a DROP COLUMN \"B\", DROP c",
            [
                "drop-column error @2: column public.a.\"B\"",
                "drop-column error @2: column public.a.c",
            ]),
        FindingCase(
            "ALTER TABLE a DROP COLUMN c, ADD COLUMN c int",
            [
                "drop-column error @1: column public.a.c"
            ]),
        FindingCase("DROP SCHEMA s CASCADE", ["drop-schema error @1: schema s"]),
        FindingCase("DROP TYPE t", ["drop-type note @1: type public.t"]),
        FindingCase("DROP TYPE t CASCADE", ["drop-type error @1: type public.t"]),
        FindingCase("DROP DOMAIN d CASCADE", ["drop-type error @1: domain public.d"]),
        FindingCase("DROP VIEW v", ["drop-view note @1: view public.v"]),
        FindingCase("DROP MATERIALIZED VIEW v", ["drop-view note @1: materialized view public.v"]),
        FindingCase(
            "TRUNCATE a, b CASCADE",
            [
                "truncate error @1: table public.a", "truncate error @1: table public.b",
            ]),
        FindingCase("DELETE FROM a", ["delete-all-rows error @1: table public.a"]),
        FindingCase(
            "WITH x AS (DELETE FROM a RETURNING *) SELECT * FROM x",
            [
                "delete-all-rows error @1: table public.a"
            ]),
        FindingCase(
            "UPDATE a SET b = 1, c = 2",
            [
                "update-without-where warning @1: column public.a.b, column public.a.c"
            ]),
        FindingCase(
            "ALTER TABLE a ALTER COLUMN b TYPE int USING b::int",
            [
                "column-type-change warning @1: column public.a.b"
            ]),
        FindingCase("DROP DATABASE d", ["drop-database error @1: database d"]),
        FindingCase(
            "DROP OWNED BY r, CURRENT_USER",
            [
                "drop-owned error @1: role r, role \"the current role\""
            ]),
        FindingCase("SET search_path = s; DROP TABLE a", ["drop-table error @2: table s.a"]),
        FindingCase("SET search_path = s", "DROP TABLE a", ["drop-table error @1: table public.a"]),
        FindingCase(
            "DO $$ BEGIN IF true THEN DROP TABLE a; END IF; EXECUTE 'DROP TABLE b'; END $$",
            [
                "drop-table error @1: table public.a", "drop-table error @1: table public.b",
            ]),
        FindingCase(
            "ALTER TABLE a RENAME TO b; DROP TABLE b", ["drop-table error @2: table public.b"]),
        FindingCase(
            "DROP TABLE a; CREATE TABLE a (id int); DROP TABLE a",
            [
                "drop-table error @1: table public.a"
            ]),
        FindingCase("CREATE TABLE s.a (); DROP TABLE a", ["drop-table error @2: table public.a"]),
        FindingCase("CREATE TABLE \"A\" (); DROP TABLE a", ["drop-table error @2: table public.a"]),
        FindingCase(
            "CREATE TABLE IF NOT EXISTS a (); DROP TABLE a", history: "CREATE TABLE a ()",
            ["drop-table error @2: table public.a"]),
        FindingCase(
            "ALTER TABLE a ADD COLUMN IF NOT EXISTS b int; ALTER TABLE a DROP b",
            history: "CREATE TABLE a (b int)", ["drop-column error @2: column public.a.b"]),
    ])
    private func losses(_ example: FindingCase) throws {
        let rename = "rename-as-drop-and-create"
        #expect(try example.found().filter { $0.rule != rename }.map(describe) == example.findings)
    }

    @Test(arguments: [
        FindingCase("CREATE TABLE a (); DROP TABLE a"),
        FindingCase("CREATE TABLE a ()", "DROP TABLE public.a"),
        FindingCase(
            "CREATE TABLE a (b int)", "ALTER TABLE a DROP COLUMN b; TRUNCATE a; DELETE FROM a"),
        FindingCase("ALTER TABLE a ADD COLUMN b int; UPDATE a SET b = 1; ALTER TABLE a DROP b"),
        FindingCase("CREATE TABLE a (); ALTER TABLE a RENAME TO b; DROP TABLE b"),
        FindingCase("CREATE TABLE a (); ALTER TABLE a SET SCHEMA s; DROP TABLE s.a"),
        FindingCase("ALTER TABLE a ADD b int; ALTER TABLE a RENAME b TO c; ALTER TABLE a DROP c"),
        FindingCase("CREATE SCHEMA s; CREATE TABLE s.a (); DROP TABLE s.a; DROP SCHEMA s CASCADE"),
        FindingCase("CREATE SCHEMA s CREATE TABLE a () CREATE VIEW v AS SELECT 1; DROP TABLE s.a"),
        FindingCase("CREATE TEMP TABLE t (a int); UPDATE t SET a = 1; DELETE FROM t; DROP TABLE t"),
        FindingCase("CREATE TABLE t AS SELECT 1; TRUNCATE t; DROP TABLE t"),
        FindingCase("SELECT 1 INTO t; DROP TABLE t"),
        FindingCase("SET search_path = s; CREATE TABLE a (); DROP TABLE s.a"),
        FindingCase("DROP VIEW v; CREATE VIEW v AS SELECT 1"),
        FindingCase("DROP MATERIALIZED VIEW v; CREATE MATERIALIZED VIEW v AS SELECT 1"),
        FindingCase("CREATE TYPE t AS ENUM ('a'); DROP TYPE t CASCADE"),
        FindingCase("DROP SCHEMA s"), FindingCase("DROP INDEX i"), FindingCase("DROP FUNCTION f()"),
        FindingCase("DELETE FROM a WHERE b"), FindingCase("DELETE FROM a USING b WHERE a.x = b.x"),
        FindingCase("UPDATE a SET b = 1 WHERE c"),
        FindingCase("UPDATE a SET b = c.d FROM c WHERE c.x = a.x"),
        FindingCase("ALTER TABLE a ALTER b TYPE text"),
        FindingCase("ALTER TABLE a ALTER b DROP DEFAULT"),
        FindingCase(
            "DO $$ BEGIN CREATE TEMP TABLE a (); EXCEPTION WHEN others THEN NULL; END $$; DROP TABLE a"
        ),
        FindingCase("CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DELETE FROM a'"),
        FindingCase("ALTER TYPE c DROP ATTRIBUTE x"),
    ])
    private func nothingIsLost(_ example: FindingCase) throws {
        #expect(try example.found().map(describe) == [])
    }

    @Test(arguments: [
        ("int", "bigint", false), ("bigint", "int", true), ("serial", "int8", false),
        ("varchar(10)", "varchar(20)", false), ("varchar(20)", "varchar(10)", true),
        ("varchar", "varchar(10)", true), ("varchar(5)", "varchar", false), ("int", "text", false),
        ("text", "int", true), ("numeric(10,2)", "numeric(12,2)", false),
        ("numeric(10,2)", "numeric(12,4)", false), ("numeric(10,2)", "numeric(10,4)", true),
        ("numeric(10,2)", "int", true), ("int", "numeric(65,30)", false),
        ("int", "numeric(5)", true), ("real", "float8", false), ("float8", "real", true),
        ("timestamp(3)", "timestamp(6)", false), ("timestamp(6)", "timestamp(3)", true),
        ("timestamp(3)", "timestamptz(3)", false), ("timestamp", "date", true),
        ("date", "timestamp", false), ("json", "jsonb", false), ("uuid", "text", false),
        ("text[]", "text", false), ("text", "text[]", true), ("int[]", "bigint[]", false),
        ("mood", "int", true), ("int", "int", false), ("bigint", "float8", true),
    ])
    func typeChangesThatKeepEveryValueAreNone(_ old: String, _ new: String, _ isFound: Bool) throws
    {
        let example = FindingCase(
            "ALTER TABLE a ALTER COLUMN b SET DATA TYPE \(new)",
            history: "CREATE TABLE a (b \(old))")
        #expect(try example.found().map(\.rule) == (isFound ? ["column-type-change"] : []))
    }

    private static let enumRemoval = """
        BEGIN;
        CREATE TYPE "Role_new" AS ENUM ('USER', 'ADMIN');
        ALTER TABLE "User" ALTER COLUMN "role" DROP DEFAULT;
        ALTER TABLE "User" ALTER COLUMN "role" TYPE "Role_new" USING ("role"::text::"Role_new");
        ALTER TYPE "Role" RENAME TO "Role_old";
        ALTER TYPE "Role_new" RENAME TO "Role";
        DROP TYPE "Role_old";
        COMMIT;
        """

    @Test(arguments: [
        ("CREATE TYPE \"Role\" AS ENUM ('USER', 'OWNER', 'ADMIN', 'GUEST')", "'OWNER', 'GUEST'"),
        ("CREATE TYPE \"Role\" AS ENUM ('USER'); ALTER TYPE \"Role\" ADD VALUE 'OWNER'", "'OWNER'"),
        ("", "'USER', 'ADMIN'"),
    ])
    func enumValuesThatGoAreNamed(_ history: String, _ values: String) throws {
        let found = try FindingCase(Self.enumRemoval, history: history).found()
        #expect(
            found.map(describe) == ["enum-value-removed warning @4: column public.\"User\".role"])
        #expect(found.allSatisfy { $0.message.contains(values) && $0.line == 4 })
    }

    @Test func anEnumThatOnlyChangesItsOrderLosesNothing() throws {
        let history = "CREATE TYPE \"Role\" AS ENUM ('ADMIN', 'USER')"
        #expect(try FindingCase(Self.enumRemoval, history: history).found() == [])
    }

    @Test(arguments: [
        ("ALTER TABLE a DROP COLUMN name, ADD COLUMN title text", "RENAME COLUMN name TO title"),
        ("ALTER TABLE a ADD title text; ALTER TABLE a DROP name", "@map(\"name\")"),
        (
            "ALTER TABLE a DROP \"fooBar\", DROP name, ADD \"fooBarText\" text, ADD x text",
            "TO \"fooBarText\""
        ),
        ("ALTER TABLE unknown DROP x, ADD y int", "RENAME COLUMN x TO y"),
        ("DROP TABLE a; CREATE TABLE b (name text, size int, \"fooBar\" text)", "RENAME TO b"),
    ])
    func aRenameWrittenAsDropAndCreateIsSeen(_ sql: String, _ advice: String) throws {
        let example = FindingCase(
            sql, history: "CREATE TABLE a (name text, size int, \"fooBar\" text)")
        let found = try example.found().filter { $0.rule == "rename-as-drop-and-create" }
        #expect(found.count == 1)
        #expect(found.allSatisfy { $0.message.contains(advice) }, "\(found.map(\.message))")
    }

    @Test(arguments: [
        "ALTER TABLE a DROP COLUMN name, ADD COLUMN title int",
        "ALTER TABLE a ADD title text; UPDATE a SET title = name; ALTER TABLE a DROP name",
        "ALTER TABLE a DROP name, ADD x text, ADD y text",
        "ALTER TABLE a DROP name; ALTER TABLE b ADD title text",
        "ALTER TABLE a DROP name, ADD name text", "DROP TABLE a; CREATE TABLE b (other text)",
    ])
    func otherChangesAreNoRename(_ sql: String) throws {
        let example = FindingCase(sql, history: "CREATE TABLE a (name text, size int)")
        #expect(try !example.found().map(\.rule).contains("rename-as-drop-and-create"))
    }

    @Test(arguments: [
        ("-- sluice:allow drop-table moved to s3\nDROP TABLE a", []),
        ("SELECT 1; -- sluice:allow drop-table gone\n\n-- x\nDROP TABLE a", []),
        ("-- sluice:allow drop-table gone\nDROP TABLE a; DROP TABLE b", ["drop-table error @2"]),
        ("-- sluice:allow drop-table\nDROP TABLE a", ["allow note @1"]),
        ("-- sluice:allow drop-column x\nDROP TABLE a", ["drop-table error @1", "allow note @1"]),
        ("-- sluice:allow drop-tabel x\nDROP TABLE a", ["drop-table error @1", "allow note @1"]),
        ("CREATE TABLE a ();\n-- sluice:allow drop-table x\nDROP TABLE a", []),
    ])
    func anAllowanceSilencesItsStatementOnly(_ sql: String, _ expected: [String]) throws {
        let found = try FindingCase(sql).found()
        #expect(found.map { "\($0.rule) \($0.severity) @\($0.statement)" } == expected)
    }

    @Test func nothingIsLostInAnEmptyDatabase() throws {
        let script = try Script(
            "DROP TABLE a CASCADE; ALTER TABLE b DROP c; TRUNCATE d; UPDATE e SET f = 1")
        #expect(
            Linter.findings(in: [("x", script)], databaseIsEmpty: true).flatMap(\.findings) == [])
    }

    @Test func theDefaultSchemaIsTheEnvironments() throws {
        let plan = [("x", try Script("CREATE TABLE a (); DROP TABLE app.a; DROP TABLE public.a"))]
        let findings = Linter.findings(in: plan, defaultSchema: "app").flatMap(\.findings)
        #expect(findings.map(describe) == ["drop-table error @3: table public.a"])
    }

    @Test func whatCannotBeReadDoesNotPassForHarmless() {
        let findings = Linter.findings(in: [("x", .opaque("DROP FANCY TABLE a"))])
        #expect(findings.flatMap(\.findings).map(describe) == ["unreadable warning @1: "])
    }

    @Test func whatTheParserSaysIsToldWithItsPlace() throws {
        let text = "SELECT 1;\n-- ;\nSELECT ';';\n\nDROP FANCY TABLE a;"
        let error = #expect(throws: SQLSyntaxError.self) { try Script(text) }
        let finding = try #require(
            Linter.findings(in: [("x", .opaque(text, because: error))])[0].findings.first)
        #expect(finding.statement == 3)
        #expect(finding.line == 5)
        #expect(finding.message.contains("syntax error at or near \"FANCY\""))
    }

    @Test func everyRuleHasItsOwnName() {
        let names = Linter.allRules.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(names.allSatisfy { $0.allSatisfy { $0 == "-" || ($0.isLetter && $0.isLowercase) } })
        #expect(Severity.note < .warning && Severity.warning < .error)
    }
}
