import Foundation
import Glibc
import PostgresLink
import Sandbox
import TestSupport
import Testing

@testable import ReleaseCore

@Suite("Backups")
struct BackupGateTests {
    /// A database with one table, dumped in a form of pg_dump's.
    private func dump(
        _ fixture: DeploymentFixture, _ form: String, to name: String = "dump",
        _ options: String...
    ) throws -> String {
        try fixture.ask(
            "DROP TABLE IF EXISTS a; CREATE TABLE a AS SELECT generate_series(1, 5000) x")
        let path = "\(fixture.directory)/\(name)"
        let bindir = try ServerInstallation.find(override: nil).bindir
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "\(bindir)/pg_dump")
        process.arguments = ["--format=\(form)", "--file=\(path)"] + options + [fixture.url]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return path
    }

    private func look(
        _ fixture: DeploymentFixture, _ settings: [String: String],
        variables: [String: String] = [:], comparing: Bool = false
    ) throws -> Result<BackupGate.Evidence, BackupProblem> {
        let options = try fixture.workspace().options
        var look = BackupLook(
            configuration: GateConfiguration(gate: .backup, settings: settings),
            variables: ProcessInfo.processInfo.environment.merging(variables) { $1 },
            directory: nil,
            openSandbox: { try SandboxDatabases.cluster(options, repository: nil) },
            serverBindir: nil)
        if comparing {
            look.subject = BackupSubject(
                rows: try fixture.connect().query(BackupSubject.question).rows)
        }
        return look.find()
    }

    private func problem(_ look: Result<BackupGate.Evidence, BackupProblem>) -> String {
        if case .failure(let problem) = look { return problem.message }
        return ""
    }

    @Test("of every form of pg_dump are read to their end", arguments: ["c", "d", "t", "p"])
    func forms(_ form: String) async throws {
        try await DeploymentFixture.use { fixture in
            let path = try dump(fixture, form)
            let found = try look(fixture, ["file": path]).get()
            #expect(found.size ?? 0 > 1000)
            #expect((found.checksum == nil) == (form == "d"))
            #expect(abs(found.madeAt - WallClock.seconds) < 3600)
        }
    }

    @Test("that are empty, cut off or something else block", arguments: ["c", "t", "p"])
    func damaged(_ form: String) async throws {
        try await DeploymentFixture.use { fixture in
            let path = try dump(fixture, form)
            let whole = try Data(contentsOf: URL(fileURLWithPath: path))
            for (length, words) in [(0, "is empty"), (whole.count * 2 / 3, " ")] {
                try whole.prefix(length).write(to: URL(fileURLWithPath: path))
                let message = problem(try look(fixture, ["file": path]))
                #expect(!message.isEmpty && message.contains(words), "\(length): \(message)")
            }
            try Data("hello".utf8).write(to: URL(fileURLWithPath: path))
            #expect(problem(try look(fixture, ["file": path])).contains("no dump"))
            #expect(problem(try look(fixture, ["file": path + "x"])).contains("is not there"))
        }
    }

    @Test(
        "of another database, of the schema alone or of nothing at all block",
        arguments: ["c", "d", "p"])
    func others(_ form: String) async throws {
        try await DeploymentFixture.use { fixture in
            let path = try dump(fixture, form)
            #expect(try look(fixture, ["file": path], comparing: true).get().notes == [])
            try fixture.ask(
                "CREATE TABLE \"Odd name\" (x int); INSERT INTO \"Odd name\" VALUES (1)")
            #expect(
                try look(fixture, ["file": path], comparing: true).get().notes
                    == ["it has no rows of public.Odd name"])
            let later = try dump(fixture, form, to: "later", "--inserts")
            #expect(try look(fixture, ["file": later], comparing: true).get().notes == [])
            let schema = try dump(fixture, form, to: "schema", "--schema-only")
            #expect(
                problem(try look(fixture, ["file": schema], comparing: true)).contains(
                    "only the schema; 2 tables"))
            try fixture.ask("DROP TABLE a; DROP TABLE \"Odd name\"; CREATE TABLE other (x int)")
            let message = problem(try look(fixture, ["file": later], comparing: true))
            #expect(
                message.contains("a backup of something else: it has public.Odd name, public.a"))
        }
    }

    @Test("that only look like one block")
    func fakes() async throws {
        try await DeploymentFixture.use { fixture in
            let path = "\(fixture.directory)/fake.sql"
            let end = "--\n-- PostgreSQL database dump complete\n--\n"
            let start = "--\n-- PostgreSQL database dump\n--\n"
            for (text, words) in [
                (start + end, "no dump"),
                (start + "-- Dumped from database version 15.18\n" + end, "has no table"),
            ] {
                try Data(text.utf8).write(to: URL(fileURLWithPath: path))
                #expect(problem(try look(fixture, ["file": path])).contains(words))
            }
        }
    }

    @Test("made of a database of another name say so")
    func otherName() throws {
        let listing = """
            ;     dbname: shop
            ;
            215; 1259 16385 TABLE public jobs me
            3301; 0 16385 TABLE DATA public jobs me
            """
        let subject = BackupSubject(rows: [["prod", "public.jobs", "t"], ["prod", nil, nil]])
        #expect(
            try subject.compare(BackupContents(listing: listing), "d")
                == ["it was made of the database “shop”, this one is “prod”"])
    }

    @Test("are as old as they say themselves, whatever the file's date")
    func age() async throws {
        try await DeploymentFixture.use { fixture in
            let path = try dump(fixture, "c")
            let old = Date(timeIntervalSinceNow: -100_000)
            try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: path)
            let found = try look(fixture, ["file": path], variables: ["TZ": "Asia/Tokyo"]).get()
            let gate = BackupGate(maxAge: .seconds(86_400), now: WallClock.seconds)
            #expect(gate.result(.success(found)).outcome == .block)
            // The date of the file was changed to now; the archive knows better.
            let later = BackupGate(maxAge: .seconds(3600), now: found.madeAt + 200_000)
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: 150_000)], ofItemAtPath: path)
            #expect(later.result(try look(fixture, ["file": path])).outcome == .block)
            var future = found
            future.madeAt = WallClock.seconds + 10_000
            #expect(gate.result(.success(future)).outcome == .block)
        }
    }

    @Test("the newest of a folder counts")
    func folder() async throws {
        try await DeploymentFixture.use { fixture in
            let folder = "\(fixture.directory)/backups"
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            #expect(problem(try look(fixture, ["directory": folder])).contains("no backup"))
            let old = try dump(fixture, "c", to: "backups/old")
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: -5000)], ofItemAtPath: old)
            _ = try dump(fixture, "p", to: "backups/new.sql")
            #expect(try look(fixture, ["directory": folder]).get().name == "new.sql")
        }
    }

    @Test("are restored into the sandbox where that is asked for")
    func restored() async throws {
        try await DeploymentFixture.use { fixture in
            let parent = URL(fileURLWithPath: fixture.directory)
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o755], ofItemAtPath: parent.path)
            let path = try dump(fixture, "c")
            let found = try look(fixture, ["file": path, "verify": "restore"]).get()
            #expect(found.proof == "restored into the sandbox, it has 1 tables")
            try fixture.ask("DROP TABLE a")
        }
    }

    @Test("commands print a time with its zone")
    func commands() async throws {
        try await DeploymentFixture.use { fixture in
            let found = try look(fixture, ["command": "echo made; date -u +%FT%TZ"]).get()
            #expect(abs(found.madeAt - WallClock.seconds) < 3600)
            #expect(problem(try look(fixture, ["command": "echo yesterday"])).contains("no time"))
            #expect(problem(try look(fixture, ["command": "date +%FT%T"])).contains("no time"))
            #expect(
                problem(try look(fixture, ["command": "echo no >&2; exit 3"])).contains("3: no"))
        }
    }

    @Test("pgBackRest's report is read; the oldest of the stanzas counts")
    func pgBackRest() throws {
        func report(_ status: Int, _ backups: String) -> [UInt8] {
            Array(
                """
                [{"name":"main","status":{"code":\(status),"message":"no valid backups"},"backup":[\(backups)]}]
                """.utf8)
        }
        let two = """
            {"label":"a","timestamp":{"start":1,"stop":100},"info":{"size":5},"error":false},
            {"label":"b","timestamp":{"start":2,"stop":200},"info":{"size":6},"error":false}
            """
        #expect(try PgBackRestReport.latest(report(0, two)).madeAt == 200)
        #expect(throws: BackupProblem.self) { try PgBackRestReport.latest(report(2, two)) }
        #expect(throws: BackupProblem.self) { try PgBackRestReport.latest(report(0, "")) }
        #expect(throws: BackupProblem.self) { try PgBackRestReport.latest(Array("[]".utf8)) }
        #expect(throws: BackupProblem.self) { try PgBackRestReport.latest(Array("{".utf8)) }
        let bad = two.replacing("\"error\":false", with: "\"error\":true")
        #expect(throws: BackupProblem.self) { try PgBackRestReport.latest(report(0, bad)) }
    }

    @Test("of a real pgBackRest are found, and missing ones are missed")
    func realPgBackRest() async throws {
        try await DeploymentFixture.use { fixture in
            let folder = fixture.directory
            let data = "\(folder)/data/main"
            let bindir = try ServerInstallation.find(override: nil).bindir
            let options =
                "--config=/dev/null --stanza=main --repo1-path=\(folder)/repo --log-path=\(folder) --lock-path=\(folder) --log-level-file=off"
            let info = [
                "command": "pgbackrest info --output=json \(options)", "format": "pgbackrest",
            ]
            #expect(problem(try look(fixture, info)).contains("missing stanza"))
            // initdb does not run as root, and pgBackRest reads what it makes.
            let account = geteuid() == 0 ? "runuser -u postgres -- " : ""
            try shell(
                """
                set -e; chmod 755 \(folder); mkdir \(folder)/data && chmod 777 \(folder)/data
                \(account)\(bindir)/initdb --no-sync -D \(data)
                pgbackrest \(options) --pg1-path=\(data) --no-online stanza-create
                """)
            #expect(problem(try look(fixture, info)).contains("no valid backups"))
            try shell(
                "pgbackrest \(options) --pg1-path=\(data) --no-online --repo1-retention-full=1 --type=full backup"
            )
            let found = try look(fixture, info).get()
            #expect(found.name.hasSuffix("F of stanza main"))
            #expect(found.size ?? 0 > 1 << 20)
            let gate = BackupGate(maxAge: .seconds(86_400), now: WallClock.seconds)
            #expect(gate.result(.success(found)).outcome == .pass)
            let tomorrow = BackupGate(maxAge: .seconds(86_400), now: WallClock.seconds + 100_000)
            #expect(tomorrow.result(.success(found)).outcome == .block)
        }
    }

    private func shell(_ script: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", script]
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(script)")
    }
}
