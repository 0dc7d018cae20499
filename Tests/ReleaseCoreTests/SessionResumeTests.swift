import PostgresLink
import Testing

@testable import ReleaseCore

/// The finished part of a script that changes its session, and how to see that the session
/// that carries on is as it was.
struct SettingCase: Sendable, CustomTestStringConvertible {
    var name: String
    var finished: String
    /// The only row of what it returns must be `t`.
    var probe: String

    var testDescription: String { name }

    private static let inOther = "current_schema() = 'other'"
    private static let atHome = "current_schema() = 'public'"

    static let all: [SettingCase] = [
        .init(name: "SET", finished: "SET search_path = other;", probe: inOther),
        .init(
            name: "set_config of constants, as pg_dump writes it",
            finished: "SELECT pg_catalog.set_config('search_path', 'other', false);",
            probe: inOther),
        .init(
            name: "set_config for one transaction",
            finished: "SELECT set_config('search_path', min(a)::text, true) FROM l;",
            probe: atHome),
        .init(
            name: "RESET", finished: "SET search_path = other; RESET search_path;", probe: atHome),
        .init(name: "RESET ALL", finished: "SET search_path = other; RESET ALL;", probe: atHome),
        .init(
            name: "DISCARD ALL",
            finished: "SELECT set_config('search_path', min(a)::text, false) FROM l; DISCARD ALL;",
            probe: atHome),
        .init(
            name: "what a savepoint takes back",
            finished: "BEGIN; SAVEPOINT a; SET search_path = other; ROLLBACK TO a; COMMIT;",
            probe: atHome),
        .init(
            name: "what a savepoint keeps",
            finished: "BEGIN; SET search_path = other; SAVEPOINT a; ROLLBACK TO a; COMMIT;",
            probe: inOther),
        .init(
            name: "what its author rolls back",
            finished: "BEGIN; SET search_path = other; ROLLBACK;", probe: atHome),
        .init(
            name: "the modes of later transactions",
            finished:
                "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE;",
            probe: "current_setting('transaction_isolation') = 'serializable'"),
        .init(
            name: "the modes of one transaction",
            finished: "BEGIN; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; SELECT 1; COMMIT;",
            probe: "current_setting('transaction_isolation') = 'read committed'"),
    ]
}

@Suite("A stepwise script that changes its session's settings")
struct SessionResumeTests {
    private static let table = "CREATE SCHEMA other; CREATE TABLE l (a int); CREATE SEQUENCE s;"

    /// A script whose tail is still to run.
    private static func script(_ finished: String, _ tail: String) -> String {
        "\(finished)\nCREATE INDEX CONCURRENTLY i ON public.l (a);\n\(tail);\n"
    }

    @Test("finds them as they were when another session carries on", arguments: SettingCase.all)
    func carriedOn(_ example: SettingCase) async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", Self.table)
            try fixture.write("2", Self.script(example.finished, "SELECT 1/0"))
            #expect(try fixture.deploy().failure?.sqlState?.rawValue == "22012")
            try fixture.write(
                "2",
                Self.script(
                    example.finished, "CREATE TABLE public.probe AS SELECT \(example.probe) AS a"))
            let report = try fixture.deploy()
            #expect(report.applied == ["2"], "\(report.plan.problems)")
            #expect(try fixture.ask("SELECT a FROM probe") == ["t"])
        }
    }

    @Test("makes what follows a RESET ROLE with the role it had before")
    func role() async throws {
        try await DeploymentFixture.use { fixture in
            let role = try fixture.makeRole()
            defer { _ = try? fixture.dropRole(role) }
            let finished = """
                SET ROLE \(role); CREATE TABLE b1 (i int); RESET ROLE;
                CREATE INDEX CONCURRENTLY ON b1 (i);
                """
            try fixture.write("1", "\(finished) SELECT 1/0;")
            #expect(try fixture.deploy().verdict == .failed)
            try fixture.write("1", "\(finished) CREATE TABLE b2 (i int);")
            #expect(try fixture.deploy().applied == ["1"])
            #expect(
                try fixture.ask(
                    "SELECT relowner::regrole, relowner = current_user::regrole FROM pg_class WHERE relname ~ '^b[12]$' ORDER BY relname"
                ).map { $0.split(separator: "|").last } == ["f", "t"])
        }
    }

    @Test(
        "cannot be continued when only its run knew them, and nothing runs twice",
        arguments: [
            "WITH x AS (INSERT INTO l VALUES (1) RETURNING a) SELECT set_config('my.a', 'b', false) FROM x;",
            "INSERT INTO l VALUES (1); SELECT set_config('my.a', nextval('s')::text, false);",
            "INSERT INTO l VALUES (1); SELECT set_config('my.a', a::text, false) FROM l;",
            "INSERT INTO l VALUES (1); DO $$ BEGIN PERFORM set_config('my.a', 'b', false); END $$;",
        ])
    func computed(_ finished: String) async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", Self.table)
            try fixture.write("2", Self.script(finished, "SELECT 1/0"))
            #expect(try fixture.deploy().failure?.sqlState?.rawValue == "22012")
            let before = try fixture.picture()
            try fixture.write("2", Self.script(finished, "SELECT current_setting('my.a')"))
            let report = try fixture.deploy(accepted: ["2"])
            #expect(report.verdict == .blocked)
            let detail = report.plan.problems.first?.detail ?? ""
            #expect(detail.contains("setting “my.a”") && detail.contains("(line 3)"), "\(detail)")
            #expect(try fixture.picture() == before)
            // As the problem advises.
            try fixture.write(
                "2", Self.script(finished, "SET my.a = '7'; SELECT current_setting('my.a')"))
            #expect(try fixture.deploy().applied == ["2"])
            #expect(try fixture.ask("SELECT a FROM l") == ["1"])
            #expect(try fixture.ask("SELECT last_value FROM s") == ["1"])
        }
    }
}
