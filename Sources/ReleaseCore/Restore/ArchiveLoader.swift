import PostgresLink
import Sandbox

/// Brings an archive into an empty database with PostgreSQL's own programs.
struct ArchiveLoader {
    let installation: ServerInstallation
    let target: ConnectionTarget
    let interrupt: Interrupt
    /// Days rather than minutes: a large backup takes its time.
    private static let timeout = Duration.seconds(7 * 24 * 3600)

    /// - Parameters:
    ///   - archive: what to restore.
    ///   - isPrivate: whether roles that are missing may be made.
    /// - Throws: ``ReleaseError`` with the program's own words.
    func load(_ archive: BackupArchive, isPrivate: Bool) throws {
        switch archive.format {
        case .plain:
            try PlainDump(path: archive.path).refuseCommands()
            try loadScript(archive, isPrivate)
        default:
            var arguments = ["--no-owner", "--no-privileges", "--exit-on-error"]
            if archive.format == .directory { arguments += ["--jobs", "2"] }
            arguments += ["--dbname", target.databaseName, archive.path]
            let output = try run("pg_restore", arguments)
            try check(output, archive, isPrivate)
        }
    }

    /// A script is one transaction, so that a role that is missing can be made and
    /// all of it tried again.
    private func loadScript(_ archive: BackupArchive, _ isPrivate: Bool) throws {
        var made: Set<String> = []
        while true {
            let output = try run(
                "psql",
                [
                    "-X", "-q", "-v", "ON_ERROR_STOP=1", "--single-transaction", "-f", archive.path,
                    target.databaseName,
                ])
            if output.status != 0, isPrivate, let role = Self.missingRole(output.stderr),
                made.insert(role).inserted
            {
                let session = try PostgresSession(connecting: target)
                try session.execute("CREATE ROLE \(Quoting.identifier(role)) NOLOGIN")
                continue
            }
            return try check(output, archive, isPrivate)
        }
    }

    private static func missingRole(_ errors: [UInt8]) -> String? {
        let text = String(decoding: errors, as: UTF8.self)
        guard let start = text.firstRange(of: "role \""),
            let end = text[start.upperBound...].firstRange(of: "\" does not exist")
        else { return nil }
        return String(text[start.upperBound..<end.lowerBound])
    }

    private func run(_ program: String, _ arguments: [String]) throws -> BoundedProcess.Output {
        try BoundedProcess(
            executable: "\(installation.bindir)/\(program)", arguments: arguments,
            environment: environment, timeout: Self.timeout
        ).run(interrupt)
    }

    /// Address and password go through the environment: arguments are for everybody
    /// to see.
    private var environment: [String: String] {
        let names = [
            "host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD",
            "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "hostaddr": "PGHOSTADDR",
        ]
        var environment = ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/"]
        for (keyword, name) in names { environment[name] = target.value(of: keyword) }
        return environment
    }

    private func check(
        _ output: BoundedProcess.Output, _ archive: BackupArchive, _ isPrivate: Bool
    ) throws {
        let outside = "nothing outside the sandbox was touched."
        if output.endedFor == .interrupt {
            throw ReleaseError(
                .interrupted, "stopped while restoring.",
                state: isPrivate ? outside : "\(target.redacted) has a part of the backup.")
        }
        guard output.status != 0 else { return }
        let words = String(decoding: output.stderr, as: UTF8.self)
            .split(separator: "\n").filter { $0.contains("error:") || $0.contains("ERROR:") }
            .prefix(3)
            .joined(separator: "\n  ")
        throw ReleaseError(
            .failed, "the backup \(archive.path) could not be restored:\n  \(words)",
            state: isPrivate
                ? outside : "\(target.redacted) may have a part of it; nothing else was touched.",
            next: [
                isPrivate
                    ? "put right what PostgreSQL says, or take another backup."
                    : "drop and create that database, then run it again."
            ])
    }
}
