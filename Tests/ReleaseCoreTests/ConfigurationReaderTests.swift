import Testing

@testable import ReleaseCore

@Suite("sluice.yml")
struct ConfigurationReaderTests {
    static let full = """
        migrations: db/migrations
        schema: db/schema.prisma
        environments:
          dev:
            database: sandbox
          staging:
            branch: staging
            database: ${STAGING_DATABASE_URL}
            smoke:
              - { name: jobs readable, sql: "select count(*) >= 0 from jobs" }
              - { name: health, http: "https://staging.example.com/health", expect: { status: 204 } }
          production:
            branch: main
            promotes_from: staging
            database: ${PRODUCTION_DATABASE_URL}
            gates:
              upstream: { soak: 30m }
              review: { approvals: 1 }
              backup: { command: "pgbackrest info --output=json", format: pgbackrest, max_age: 24h }
              dry_run: {}
              rollback_notes:
              window: { allow: ["Mon-Thu 09:00-17:00 Europe/Berlin"] }
            deploy: { lock_timeout: 5s, lock_retries: 7, statement_timeout: 0 }

        """

    @Test("is read with every key")
    func everyKey() throws {
        let configuration = try read(Self.full)
        #expect(configuration.migrationsPath == "db/migrations")
        #expect(configuration.schemaPath == "db/schema.prisma")
        #expect(configuration.environments.map(\.name) == ["dev", "staging", "production"])
        #expect(try environment("dev", Self.full).isSandboxed)
        let staging = try environment("staging", Self.full)
        #expect(staging.branch == "staging")
        #expect(staging.database.references == ["STAGING_DATABASE_URL"])
        #expect(staging.database.line == 8)
        #expect(staging.smoke.map(\.name) == ["jobs readable", "health"])
        let production = try environment("production", Self.full)
        #expect(production.promotesFrom == "staging")
        #expect(
            production.gates.map(\.gate)
                == [.upstream, .review, .backup, .dryRun, .rollbackNotes, .window])
        #expect(production.gates[0].settings == ["soak": "30m"])
        #expect(production.gates[2].settings["max_age"] == "24h")
        #expect(production.gates[5].lists == ["allow": ["Mon-Thu 09:00-17:00 Europe/Berlin"]])
        #expect(
            production.deploy
                == DeploySettings(
                    lockTimeout: .seconds(5), lockRetries: 7, statementTimeout: .zero))
    }

    @Test("has defaults")
    func defaults() throws {
        let configuration = try read("environments: { a: { database: sandbox } }")
        #expect(configuration.migrationsPath == "prisma/migrations")
        #expect(configuration.schemaPath == "prisma/schema.prisma")
        let deep = try read(
            "migrations: packages/db/migrations\nenvironments: { a: { database: sandbox } }")
        #expect(deep.schemaPath == "packages/db/schema.prisma")
        #expect(configuration.environments.first?.deploy == DeploySettings())
        #expect(configuration.environments.first?.branch == nil)
    }

    @Test("may have a byte order mark, CRLF line ends, comments and anchors")
    func spellings() throws {
        let expected = try read(Self.full)
        #expect(try read("\u{FEFF}" + Self.full) == expected)
        #expect(try read(Self.full.replacing("\n", with: "\r\n")) == expected)
        #expect(try read("# comment\n---\n" + Self.full).environments.count == 3)
        let anchored = try read(
            """
            environments:
              a: { database: sandbox, deploy: &calm { lock_retries: 3 }, smoke: &checks [ { sql: select true } ] }
              b: { database: sandbox, deploy: *calm, smoke: *checks }
            """)
        #expect(anchored.environments.map(\.deploy.lockRetries) == [3, 3])
        #expect(anchored.environments.map(\.smoke.count) == [1, 1])
    }

    @Test("is refused with all its mistakes at once, each with its line")
    func allMistakes() throws {
        let text = """
            migrations: /abs
            schema: ../schema.prisma
            enviroments: {}
            environments:
              staging:
                brnach: staging
                database: postgresql://app:hunter2@db.example.com/s
                deploy: { lock_timeout: soon, lock_retries: many }
              production:
                promotes_from: stagin
                gates: { upstrem: {}, backup: { max_age: old }, window: noon }
                smoke: [ { name: nothing }, { sql: select 1, http: "http://x" } ]
            """
        let mistakes = mistakes(in: text)
        let expected = [
            "1 migrations must be a path inside the repository.",
            "2 schema must be a path inside the repository.",
            "3 unknown key “enviroments” in the file; did you mean “environments”?",
            "6 unknown key “brnach” in environment “staging”; did you mean “branch”?",
            "7 a password for db.example.com:5432 stands in the file; put the URL into a variable and write ${NAME}.",
            "8 lock_timeout must be a duration such as 500ms, 5s, 30m or 24h.",
            "8 lock_retries must be a number from 0 to 10000.",
            "10 environment “production” needs a database: a URL, ${NAME} or sandbox.",
            "10 environment “production” promotes from “stagin”, which is not an environment; did you mean “staging”?",
            "11 unknown key “upstrem” in gates; did you mean “upstream”?",
            "11 the gate backup needs one of command, file and directory.",
            "11 max_age must be a duration such as 500ms, 5s, 30m or 24h.",
            "11 gate “window” must be a mapping of keys to values.",
            "12 a smoke check has exactly one of sql, http, scenario, command and metrics.",
            "12 a smoke check has exactly one of sql, http, scenario, command and metrics.",
        ]
        #expect(Set(mistakes) == Set(expected))
        #expect(mistakes.count == expected.count)
        #expect(!mistakes.joined().contains("hunter2"))
    }

    @Test(
        "that is not one is refused",
        arguments: [
            ("", "0 it is empty; “sluice init” writes one."),
            ("# nothing\n", "0 it is empty; “sluice init” writes one."),
            ("- a\n- b\n", "1 the file must be a mapping of keys to values."),
            ("environments:\n", "1 it names no environments."),
            ("environments:\n  - a\n", "2 environments must be a mapping of keys to values."),
            ("environments:\n  a: b\n", "2 environment “a” must be a mapping of keys to values."),
            (
                "environments:\n  a: {}\n",
                "2 environment “a” needs a database: a URL, ${NAME} or sandbox."
            ),
        ])
    func notOne(_ text: String, _ mistake: String) {
        #expect(mistakes(in: text).first == mistake)
    }

    @Test(
        "that is not YAML is refused with the line",
        arguments: [
            ("a: [1, 2\nb: 3\n", 2), ("environments:\n\ta: 1\n", 2), ("a: 'open\n\n", 3),
            ("a: *nothing\n", 1),
            ("environments:\n  a: { database: sandbox }\n  a: { database: sandbox }\n", 2),
            ("environments:\n  a: { database: sandbox, database: x }\n", 2),
        ])
    func notYAML(_ text: String, _ line: Int) throws {
        let mistake = try #require(mistakes(in: text).first)
        #expect(mistake.hasPrefix("\(line) "), "\(mistake)")
    }

    @Test("of two documents is refused, since only one could count")
    func twoDocuments() {
        let text = "environments: { a: { database: sandbox } }\n---\nenvironments: {}\n"
        #expect(mistakes(in: text).count == 1)
    }

    @Test("that is not UTF-8 is refused")
    func encoding() {
        #expect(throws: ConfigurationError.self) {
            try ConfigurationReader.read([0x61, 0xFF, 0x0A], file: "sluice.yml")
        }
    }

    @Test(
        "may hold a password for this machine only",
        arguments: [
            ("postgresql://a:pw@localhost/s", true), ("postgresql://a:pw@/s?host=/run", true),
            ("postgresql://a@db/s", true), ("postgresql://a:${PW}@db/s", true),
            ("${URL}", true), ("postgresql://a:pw@db/s", false),
            ("postgresql://a:pw@${HOST}/s", false), ("postgresql://db/s?password=pw", false),
            ("postgresql://a:pw@db:${PORT}/s", false),
            ("postgresql://${USER}:${PW}@${HOST}/s", true),
        ])
    func passwords(_ url: String, _ isFine: Bool) {
        let mistakes = mistakes(in: "environments: { a: { database: \"\(url)\" } }")
        #expect(mistakes.isEmpty == isFine, "\(mistakes)")
        #expect(!mistakes.joined().contains("pw"))
    }

    @Test(
        "refuses an upstream in a circle, itself or unknown",
        arguments: [
            ("a: { database: sandbox, promotes_from: a }", 1),
            (
                "a: { database: sandbox, promotes_from: b }\n  b: { database: sandbox, promotes_from: a }",
                2
            ),
            ("a: { database: sandbox, promotes_from: q }", 1),
        ])
    func circles(_ environments: String, _ count: Int) {
        #expect(mistakes(in: "environments:\n  \(environments)\n").count == count)
    }

    @Test(
        "refuses a time PostgreSQL could not keep",
        arguments: ["lock_timeout: 30d", "statement_timeout: 25d"])
    func timeouts(_ setting: String) {
        let text = "environments: { a: { database: sandbox, deploy: { \(setting) } } }"
        #expect(mistakes(in: text).count == 1)
    }

    private func read(_ text: String) throws -> Configuration {
        try ConfigurationReader.read(Array(text.utf8), file: "sluice.yml")
    }

    private func environment(_ name: String, _ text: String) throws -> EnvironmentConfiguration {
        try #require(try read(text).environment(named: name))
    }
}

/// Every mistake as its line and its message.
func mistakes(in text: String) -> [String] {
    do {
        _ = try ConfigurationReader.read(Array(text.utf8), file: "sluice.yml")
        return []
    } catch {
        return error.mistakes.map { "\($0.line) \($0.message)" }
    }
}
