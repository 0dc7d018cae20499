import Foundation
import Sandbox

/// Restores a cluster from pgBackRest's repository into a private folder and
/// recovers it there.
///
/// Neither the original's folder nor the repository is written to: the copy has its
/// own folders, and archives nothing.
struct PgBackRestRestore {
    var stanza: String
    /// As PostgreSQL writes times; `nil` for the newest state there is.
    var targetTime: String?
    var installation: ServerInstallation
    /// Variables of this program, of which `PGBACKREST_…` are handed on.
    var variables: [String: String]
    var interrupt: Interrupt
    /// Days rather than minutes: a large backup takes its time.
    private static let timeout = Duration.seconds(7 * 24 * 3600)

    /// Throws ``ReleaseError`` for a time that cannot be understood.
    init(
        _ stanza: String, _ time: String?, _ installation: ServerInstallation,
        _ variables: [String: String], _ interrupt: Interrupt
    ) throws {
        self.stanza = stanza
        self.installation = installation
        self.variables = variables
        self.interrupt = interrupt
        targetTime = try time.map(Self.written)
    }

    /// `2026-11-23T15:00:00Z` as `2026-11-23 15:00:00+00`.
    private static func written(_ time: String) throws -> String {
        guard time.contains(":"), Timestamp.parse(time) != nil else {
            throw ReleaseError(
                .usage, "--target-time \(time) is no time with a zone.", state: "nothing was made.",
                next: ["write it like 2026-11-23T15:00:00Z or “2026-11-23 16:00:00+01”."])
        }
        var rest = time.dropFirst(11)
        for zone in ["Z", "UTC", "GMT"] where rest.hasSuffix(zone) {
            rest = rest.dropLast(zone.count)
            return "\(time.prefix(10)) \(rest.trimmingCharacters(in: .whitespaces))+00"
        }
        return "\(time.prefix(10)) \(rest)"
    }

    /// Makes the cluster at `path`; nothing is left of one that did not come up.
    ///
    /// - Throws: ``ReleaseError`` with the program's own words.
    func run(at path: String) throws -> PhysicalCopy {
        guard let program = Self.program else {
            throw ReleaseError(
                .usage, "the program pgbackrest is not installed on this machine.",
                state: "nothing was made.", next: ["install the Debian package pgbackrest."])
        }
        let copy = try PhysicalCopy.make(at: path)
        do {
            try restore(copy, program)
            try copy.settle()
            try recover(copy)
            return copy
        } catch {
            copy.remove()
            throw error
        }
    }

    private static var program: String? {
        ["/usr/bin/pgbackrest", "/usr/local/bin/pgbackrest"].first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
    }

    private func restore(_ copy: PhysicalCopy, _ program: String) throws {
        var arguments = [
            "--stanza=\(stanza)", "--pg1-path=\(copy.data)",
            "--tablespace-map-all=\(copy.tablespaces)", "--archive-mode=off",
            "--log-level-console=warn", "--log-level-file=off",
        ]
        if let targetTime {
            arguments += ["--type=time", "--target=\(targetTime)", "--target-action=promote"]
        }
        let output = try run(copy.commandPrefix + [program] + arguments + ["restore"], copy)
        guard output.status == 0 else {
            throw failure("pgBackRest could not restore \(stanza)", output.stdout + output.stderr)
        }
    }

    private func recover(_ copy: PhysicalCopy) throws {
        let (command, input) = try copy.recovery(installation)
        let output = try run(command, copy, input: input)
        guard output.status == 0, copy.isRecovered else {
            throw failure("the restored cluster could not be recovered", output.stderr)
        }
    }

    private func run(
        _ words: [String], _ copy: PhysicalCopy, input: String = ""
    ) throws -> BoundedProcess.Output {
        var environment = ["PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "HOME": "/"]
        for (name, value) in variables where name.hasPrefix("PGBACKREST_") {
            environment[name] = value
        }
        let output = try BoundedProcess(
            executable: words[0], arguments: Array(words.dropFirst()), environment: environment,
            directory: copy.data, stdin: Array(input.utf8), timeout: Self.timeout
        ).run(interrupt)
        if output.endedFor == .interrupt {
            throw ReleaseError(
                .interrupted, "stopped while restoring.", state: "the copy was removed again.")
        }
        return output
    }

    private func failure(_ what: String, _ output: [UInt8]) -> ReleaseError {
        let words = String(decoding: output, as: UTF8.self).split(separator: "\n")
            .filter { $0.contains("ERROR") || $0.contains("FATAL") || $0.contains("HINT") }
            .suffix(4).map { $0.trimmingCharacters(in: .whitespaces) }
        let endsBefore = words.contains { $0.contains("before configured recovery target") }
        return ReleaseError(
            .failed, ([what + ":"] + words.map { "  \($0)" }).joined(separator: "\n"),
            state: "the copy was removed again; nothing else was touched.",
            next: [
                endsBefore
                    ? "the archive ends before that time, or nothing was written after it: name an earlier one, or leave --target-time away for the newest state."
                    : "look what there is: pgbackrest --stanza=\(stanza) info. Another configuration file is named with PGBACKREST_CONFIG."
            ])
    }
}
