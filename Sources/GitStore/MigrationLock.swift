/// The file `migration_lock.toml`, which names the database of a history.
enum MigrationLock {
    static let fileName = "migration_lock.toml"

    /// What Prisma takes for the provider.
    ///
    /// It does not parse TOML: the first line that starts with `provider` counts,
    /// exactly `provider = ` is taken off its start and quotes off both ends. So
    /// `provider="postgresql"` is refused by Prisma, and named as it reads here
    /// (`schema-connector/src/migrations_directory.rs`).
    static func provider(in file: [UInt8]) -> String {
        let text = String(decoding: file, as: UTF8.self)
        let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
        guard var line = lines.first(where: { $0.hasPrefix("provider") }) else {
            return "<PROVIDER NOT FOUND>"
        }
        let key = "provider = "
        if line.hasPrefix(key) { line = line.dropFirst(key.count) }
        while line.first == "\"" { line = line.dropFirst() }
        while line.last == "\"" { line = line.dropLast() }
        return String(line)
    }

    static func problem(in file: [UInt8]) -> ListingProblem? {
        let provider = provider(in: file)
        guard provider != "postgresql" else { return nil }
        return ListingProblem(
            kind: .wrongProvider, folder: nil,
            detail: "\(fileName) names the provider \(provider), but only postgresql can be "
                + "deployed; Prisma refuses it too (P3019) and wants the exact line: "
                + "provider = \"postgresql\".")
    }
}
