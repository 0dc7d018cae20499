import Crypto
import Foundation
import Glibc
import PostgresLink
import Sandbox

/// Looks at the latest backup itself: no setting and no file date alone is believed.
struct BackupLook: Sendable {
    let configuration: GateConfiguration
    let variables: [String: String]
    let directory: String?
    /// A private server to restore into, where that is asked for.
    let openSandbox: @Sendable () throws -> SandboxCluster
    let serverBindir: String?
    /// The database of which it should be one; `nil` where nobody could look.
    var subject: BackupSubject?

    /// Reading a backup to its end may take long.
    private static let limit = Duration.seconds(6 * 3600)
    /// Saying when the last one was made does not.
    private static let commandLimit = Duration.seconds(300)

    func find() -> Result<BackupGate.Evidence, BackupProblem> {
        Result { () throws -> BackupGate.Evidence in
            if let command = configuration.settings["command"] { return try asked(command) }
            if let file = configuration.settings["file"] { return try archive(resolved(file)) }
            if let folder = configuration.settings["directory"] {
                return try newest(in: resolved(folder))
            }
            throw BackupProblem(
                message: "the gate backup names neither file, directory nor command.")
        }.mapError { error in
            error as? BackupProblem ?? BackupProblem(message: "the backup cannot be read: \(error)")
        }
    }

    private func resolved(_ text: String) throws -> String {
        do {
            return try Template(raw: text).resolve(variables)
        } catch {
            throw BackupProblem(message: "the backup cannot be found: \(error)")
        }
    }

    // MARK: Commands

    private func asked(_ command: String) throws -> BackupGate.Evidence {
        let output = try run("/bin/sh", ["-c", command], timeout: Self.commandLimit)
        guard output.endedFor == nil else {
            throw BackupProblem(
                message:
                    "the backup command was ended after \(DurationText.describe(Self.commandLimit))."
            )
        }
        guard output.status == 0 else {
            throw BackupProblem(
                message: "the backup command ended with \(output.status): \(Self.words(output))")
        }
        if configuration.settings["format"] == "pgbackrest" {
            return try PgBackRestReport.latest(output.stdout)
        }
        let text = String(decoding: output.stdout, as: UTF8.self)
        let line = text.split(whereSeparator: \.isNewline).last ?? ""
        guard let moment = Timestamp.parse(line) else {
            throw BackupProblem(
                message:
                    "the backup command printed “\(line.prefix(80))”, which is no time: it takes seconds since 1970, or ISO 8601 with a time zone."
            )
        }
        return BackupGate.Evidence(
            name: "the backup the command names", madeAt: moment, proof: "the command says so")
    }

    // MARK: Files

    private func newest(in folder: String) throws -> BackupGate.Evidence {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        let files = names.filter { !$0.hasPrefix(".") }.compactMap { name in
            Self.status(of: "\(folder)/\(name)").map { (path: "\(folder)/\(name)", $0.modified) }
        }
        guard let last = files.max(by: { $0.1 < $1.1 }) else {
            throw BackupProblem(message: "there is no backup in \(folder).")
        }
        return try archive(last.path)
    }

    private func archive(_ path: String) throws -> BackupGate.Evidence {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        guard let status = Self.status(of: path) else {
            throw BackupProblem(message: "the backup \(path) is not there.")
        }
        guard status.isFolder || status.size > 0 else {
            throw BackupProblem(message: "the backup \(name) is empty.")
        }
        let isPlain = try !status.isFolder && Self.isPlainText(path)
        var evidence = BackupGate.Evidence(
            name: name, madeAt: status.modified,
            size: status.isFolder ? Self.size(ofFolder: path) : status.size, proof: "")
        if isPlain {
            try checkPlain(path, name, status.size)
            evidence.proof = "it is complete to its last line"
            try compare(try BackupContents(plain: path), name, &evidence)
        } else {
            let (madeAt, contents) = try checkArchive(path, name)
            evidence.madeAt = min(evidence.madeAt, madeAt ?? evidence.madeAt)
            evidence.proof = "pg_restore reads it to its end"
            try compare(contents, name, &evidence)
        }
        if !status.isFolder { evidence.checksum = try Self.checksum(path) }
        if configuration.settings["verify"] == "restore" {
            let count = try restore(path, name, isPlain: isPlain)
            evidence.proof = "restored into the sandbox, it has \(count) tables"
        }
        return evidence
    }

    private func compare(
        _ contents: BackupContents, _ name: String, _ evidence: inout BackupGate.Evidence
    ) throws {
        guard !contents.tables.isEmpty || subject?.tables.isEmpty == true else {
            throw BackupProblem(message: "\(name) has no table in it.")
        }
        evidence.notes = try subject?.compare(contents, name) ?? []
    }

    /// - Returns: when the dump was made, by the archive's own words, and what is in it.
    private func checkArchive(_ path: String, _ name: String) throws -> (Double?, BackupContents) {
        let list = try run(program("pg_restore"), ["--list", path])
        guard list.status == 0 else {
            throw BackupProblem(message: "pg_restore cannot read \(name): \(Self.words(list))")
        }
        if try Self.isTar(path), try !Self.endsLikeTar(path) {
            throw BackupProblem(message: "\(name) is cut off: the end of the tar file is missing.")
        }
        // The table of contents stands in front: only reading on finds a cut-off end.
        let whole = try run(program("pg_restore"), ["--file=/dev/null", path])
        guard whole.status == 0 else {
            throw BackupProblem(
                message: "pg_restore cannot read \(name) to its end: \(Self.words(whole))")
        }
        let text = String(decoding: list.stdout, as: UTF8.self)
        let made = text.firstRange(of: "Archive created at ").flatMap {
            Timestamp.parse(text[$0.upperBound...].prefix { !$0.isNewline })
        }
        return (made, BackupContents(listing: text))
    }

    private func checkPlain(_ path: String, _ name: String, _ size: Int) throws {
        let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? handle.close() }
        let head = String(decoding: try handle.read(upToCount: 1024) ?? Data(), as: UTF8.self)
        try handle.seek(toOffset: UInt64(max(0, size - 512)))
        let tail = String(decoding: try handle.readToEnd() ?? Data(), as: UTF8.self)
        let signs = ["-- PostgreSQL database dump", "-- Dumped from database version"]
        guard signs.allSatisfy(head.contains) else {
            throw BackupProblem(message: "\(name) is no dump of PostgreSQL.")
        }
        guard tail.contains("PostgreSQL database dump complete") else {
            throw BackupProblem(message: "\(name) is cut off: its last line is missing.")
        }
    }

    private func restore(_ path: String, _ name: String, isPlain: Bool) throws -> Int {
        let cluster = try openSandbox()
        let database = "backup_\(UUID4.make().prefix(8))"
        try cluster.createDatabase(database)
        defer { try? cluster.dropDatabase(database) }
        let url = cluster.url(database: database)
        let output =
            isPlain
            ? try run(
                program("psql"),
                ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=\(path)", url])
            : try run(
                program("pg_restore"),
                ["--no-owner", "--no-privileges", "--exit-on-error", "--dbname=\(url)", path])
        guard output.status == 0 else {
            throw BackupProblem(message: "\(name) cannot be restored: \(Self.words(output))")
        }
        let session = try PostgresSession(connecting: try ConnectionTarget(url: url))
        let count =
            try session.query(
                """
                SELECT count(*) FROM pg_catalog.pg_class c
                JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                WHERE c.relkind IN ('r', 'p')
                  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
                """
            ).scalar.flatMap { Int($0) } ?? 0
        guard count > 0 else {
            throw BackupProblem(message: "\(name) was restored and has no tables.")
        }
        return count
    }

    // MARK: Programs and files

    private func program(_ name: String) -> String {
        let installation = try? ServerInstallation.find(override: serverBindir)
        return installation.map { "\($0.bindir)/\(name)" } ?? name
    }

    private func run(
        _ program: String, _ arguments: [String], timeout: Duration = limit
    ) throws -> BoundedProcess.Output {
        var process = BoundedProcess(
            executable: "/usr/bin/env", arguments: [program] + arguments,
            environment: variables.merging(["TZ": "UTC", "LC_ALL": "C"]) { $1 },
            directory: directory, timeout: timeout)
        process.outputLimit = 1 << 24
        return try process.run(Interrupt())
    }

    private static func words(_ output: BoundedProcess.Output) -> String {
        let lines = String(decoding: output.stderr + output.stdout, as: UTF8.self)
            .split(whereSeparator: \.isNewline)
        return lines.first.map(String.init) ?? "it ended with \(output.status)."
    }

    private static func status(of path: String) -> (modified: Double, size: Int, isFolder: Bool)? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return (
            Double(status.st_mtim.tv_sec), Int(status.st_size),
            status.st_mode & S_IFMT == S_IFDIR
        )
    }

    private static func size(ofFolder path: String) -> Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.compactMap { self.status(of: "\(path)/\($0)")?.size }.reduce(0, +)
    }

    /// Archives begin with `PGDMP`, tar files with the name of their first member.
    private static func isPlainText(_ path: String) throws -> Bool {
        let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? handle.close() }
        let head = try handle.read(upToCount: 8) ?? Data()
        return !head.starts(with: Array("PGDMP".utf8)) && !head.starts(with: Array("toc.dat".utf8))
    }

    private static func isTar(_ path: String) throws -> Bool {
        guard status(of: path)?.isFolder == false else { return false }
        let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? handle.close() }
        return (try handle.read(upToCount: 8) ?? Data()).starts(with: Array("toc.dat".utf8))
    }

    /// Two blocks of zeros, which pg_restore does not miss.
    private static func endsLikeTar(_ path: String) throws -> Bool {
        let size = status(of: path)?.size ?? 0
        guard size > 1024, size % 512 == 0 else { return false }
        let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? handle.close() }
        try handle.seek(toOffset: UInt64(size - 1024))
        return (try handle.readToEnd() ?? Data()).allSatisfy { $0 == 0 }
    }

    private static func checksum(_ path: String) throws -> String {
        let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? handle.close() }
        var hash = SHA256()
        while let part = try handle.read(upToCount: 1 << 20), !part.isEmpty {
            hash.update(data: part)
        }
        return Hexadecimal.encode(hash.finalize())
    }
}
