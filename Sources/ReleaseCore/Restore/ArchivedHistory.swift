import Foundation
import Sandbox

/// The history inside a backup, read before anything is restored.
struct ArchivedHistory {
    /// Migrations that the backup has applied.
    private(set) var applied: Set<String> = []

    /// - Returns: what the backup says; nothing where it has no history, or one in
    ///   another form than `COPY`, which shows once it is restored.
    /// - Throws: `SandboxError` when `pg_restore` cannot be started.
    static func read(
        _ archive: BackupArchive, _ installation: ServerInstallation, _ interrupt: Interrupt
    ) throws -> ArchivedHistory {
        var history = ArchivedHistory()
        if archive.format == .plain {
            guard let file = fopen(archive.path, "rb") else { return history }
            defer { fclose(file) }
            var line: UnsafeMutablePointer<CChar>?
            var capacity = 0
            defer { free(line) }
            var reader = Reader()
            while getline(&line, &capacity, file) > 0, let text = line {
                if reader.wants(text) { history.take(&reader, String(cString: text)) }
            }
        } else {
            let output = try BoundedProcess(
                executable: "\(installation.bindir)/pg_restore",
                arguments: ["--data-only", "--table=_prisma_migrations", "--file=-", archive.path],
                environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"],
                timeout: .seconds(6 * 3600), outputLimit: 1 << 26
            ).run(interrupt)
            var reader = Reader()
            for line in String(decoding: output.stdout, as: UTF8.self).split(separator: "\n") {
                history.take(&reader, String(line))
            }
        }
        return history
    }

    /// Where in a dump the reading is.
    private struct Reader {
        /// Of the rows that follow.
        var columns: [Substring] = []

        /// Rows of other tables are passed over without being copied.
        func wants(_ line: UnsafePointer<CChar>) -> Bool {
            !columns.isEmpty || strncmp(line, "COPY ", 5) == 0
        }
    }

    /// `COPY public._prisma_migrations (id, checksum, …) FROM stdin;`, rows, `\.`.
    private mutating func take(_ reader: inout Reader, _ line: String) {
        if reader.columns.isEmpty {
            guard line.hasPrefix("COPY "), line.contains("_prisma_migrations"),
                let open = line.firstIndex(of: "("), let close = line.lastIndex(of: ")")
            else { return }
            reader.columns = line[line.index(after: open)..<close].split(separator: ",")
                .map { $0.drop { $0 == " " } }
            return
        }
        guard !line.hasPrefix("\\.") else { return reader.columns = [] }
        let values = line.split(separator: "\t", omittingEmptySubsequences: false)
        func value(_ column: String) -> Substring? {
            guard let index = reader.columns.firstIndex(where: { $0 == column }),
                values.indices.contains(index)
            else { return nil }
            let value = values[index].prefix { !$0.isNewline }
            return value == "\\N" ? nil : value
        }
        if let name = value("migration_name"), value("finished_at") != nil,
            value("rolled_back_at") == nil
        {
            applied.insert(String(name))
        }
    }
}
