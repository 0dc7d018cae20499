/// The programs of one installed PostgreSQL server.
public struct ServerInstallation: Sendable, Hashable {
    /// The folder of `initdb` and `postgres`.
    public let bindir: String
    /// The major version, 15 for 15.18.
    public let version: Int

    /// The oldest major version the sandbox starts.
    public static let oldestVersion = 13

    /// Finds the server: `override` alone when given, otherwise what
    /// `pg_config --bindir` names, then Debian's folders (newest version
    /// first), then the usual program folders.
    ///
    /// - Parameter override: the value of `SLUICE_PG_BINDIR`, if set.
    /// - Returns: the first that has both programs.
    /// - Throws: ``SandboxError`` `serverMissing` with every folder looked at.
    public static func find(override: String? = nil) throws(SandboxError) -> ServerInstallation {
        if let override, !override.isEmpty {
            if let found = probe(override) { return found }
            throw SandboxError(
                .serverMissing,
                "SLUICE_PG_BINDIR is \(override), but there is no PostgreSQL "
                    + "\(oldestVersion) or later (initdb and postgres) in that folder. "
                    + "Correct it or unset it.")
        }
        return try first(in: candidates())
    }

    /// The first of these folders that holds a server.
    ///
    /// - Throws: ``SandboxError`` `serverMissing`.
    static func first(in folders: [String]) throws(SandboxError) -> ServerInstallation {
        var looked: [String] = []
        for folder in folders where !looked.contains(folder) {
            if let found = probe(folder) { return found }
            looked.append(folder)
        }
        throw SandboxError(
            .serverMissing,
            "No PostgreSQL server (initdb and postgres, \(oldestVersion) or later) was found in "
                + looked.joined(separator: ", ")
                + ". Install the Debian package postgresql, or set SLUICE_PG_BINDIR "
                + "to the folder of initdb and postgres.")
    }

    /// The installation that can run the data of a kept cluster: this one, or
    /// one of the version that made them.
    ///
    /// - Throws: ``SandboxError`` `notOurs` when that version is not installed.
    func forData(of cluster: ClusterDirectory) throws(SandboxError) -> ServerInstallation {
        guard let made = cluster.dataVersion(), made != version else { return self }
        let other = Self.probe("\(Self.debianFolder)/\(made)/bin")
        if let other, other.version == made { return other }
        throw SandboxError(
            .notOurs,
            "The sandbox in \(cluster.path) was made by PostgreSQL \(made), and the server in "
                + "\(bindir) is version \(version). Install the Debian package postgresql-\(made), "
                + "or remove the directory if its data are not needed.")
    }

    private static let debianFolder = "/usr/lib/postgresql"

    /// Folders in the order of preference.
    private static func candidates() -> [String] {
        let configured = Programs.find("pg_config").flatMap {
            Programs.output(of: $0, ["--bindir"])
        }
        let versions = directoryEntries(of: debianFolder).compactMap { Int($0) }.sorted(by: >)
        return [configured].compactMap { $0?.split(separator: "\n").first.map(String.init) }
            + versions.map { "\(debianFolder)/\($0)/bin" }
            + (versions.isEmpty ? ["\(debianFolder)/*/bin"] : [])
            + Programs.folders
    }

    /// Both programs have to be in one folder: `initdb` starts the `postgres`
    /// beside it, and a cluster only runs under the version that made it.
    private static func probe(_ folder: String) -> ServerInstallation? {
        guard Programs.isExecutable("\(folder)/initdb"),
            Programs.isExecutable("\(folder)/postgres"),
            let text = Programs.output(of: "\(folder)/postgres", ["--version"]),
            let version = majorVersion(in: text), version >= oldestVersion
        else { return nil }
        return ServerInstallation(bindir: folder, version: version)
    }

    /// 15 from `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
    static func majorVersion(in text: String) -> Int? {
        text.split(whereSeparator: \.isWhitespace).lazy
            .compactMap { Int($0.prefix { $0.isASCII && $0.isNumber }) }
            .first
    }
}
