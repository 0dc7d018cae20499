import TestSupport

/// What `pg_dump --schema-only --no-owner` says about a database, as a sorted
/// list of its entries.
///
/// The one thing here that is not our own catalog code: it decides whether two
/// schemas are the same. Normalised for the order of columns in tables and
/// composite types, the order of an enum's labels, and the order of entries.
struct PgDumpOracle: Equatable {
    let entries: [String]

    static func dump(_ url: String) async throws -> PgDumpOracle {
        let arguments = [
            "--schema-only", "--no-owner", "--exclude-table=_prisma_migrations", "--dbname", url,
        ]
        let output = try await ProcessRunner.run("pg_dump", arguments)
        guard output.status == 0 else { throw DumpFailed(message: output.stderr) }
        return PgDumpOracle(output.stdout)
    }

    struct DumpFailed: Error { var message: String }

    init(_ dump: String) {
        entries = Self.split(dump).map(Self.normalised).filter { !$0.isEmpty }.sorted()
    }

    /// The first entries only one side has, for the message of a failed check.
    func difference(to other: PgDumpOracle) -> String {
        let missing = entries.filter { !other.entries.contains($0) }.map { "expected: \($0)" }
        let surplus = other.entries.filter { !entries.contains($0) }.map { "found: \($0)" }
        return (missing.prefix(4) + surplus.prefix(4)).joined(separator: "\n")
    }

    /// Entries start with a comment `-- Name: ...`.
    private static func split(_ dump: String) -> [[Substring]] {
        var entries: [[Substring]] = []
        for line in dump.split(separator: "\n") {
            if line.hasPrefix("-- Name: ") {
                entries.append([])
            } else if !entries.isEmpty, !isNoise(line) {
                entries[entries.count - 1].append(line)
            }
        }
        return entries
    }

    /// Comments, settings, and the key newer versions put at both ends.
    private static func isNoise(_ line: Substring) -> Bool {
        ["--", "SET default_", "\\"].contains { line.hasPrefix($0) }
    }

    private static func normalised(_ lines: [Substring]) -> String {
        guard let first = lines.first, let last = lines.dropFirst().firstIndex(where: isClosing)
        else { return lines.joined(separator: "\n") }
        let isListed =
            first.hasSuffix("(")
            && ["CREATE TABLE", "CREATE UNLOGGED TABLE", "CREATE TYPE"].contains {
                first.hasPrefix($0)
            }
        guard isListed else { return lines.joined(separator: "\n") }
        let members = lines[1..<last].map { $0.last == "," ? $0.dropLast() : $0 }.sorted()
        return ([first] + members + lines[last...]).joined(separator: "\n")
    }

    private static func isClosing(_ line: Substring) -> Bool { line.hasPrefix(")") }
}
