public import GitStore
import Glibc

/// A repository (or a plain folder of migrations) with its configuration.
public final class Workspace {
    public let options: WorkspaceOptions
    /// `nil` when a plain folder is read.
    public let repository: GitRepository?
    /// The configuration that names the environments and their branches: the
    /// work tree's, or HEAD's where there is none. What governs a release is
    /// read from the commit being released.
    public let configuration: Configuration
    private let source: Source

    /// Where the configuration came from.
    private enum Source {
        /// A file the user named: it governs everything.
        case explicit
        /// The work tree or HEAD.
        case repository
        /// There is no file.
        case none
    }

    /// Opens the repository around the given path and reads its configuration.
    ///
    /// - Throws: ``ReleaseError``, ``ConfigurationError``, `GitError`.
    public init(_ options: WorkspaceOptions) throws {
        self.options = options
        if options.migrationsDirectory != nil {
            repository = nil
        } else {
            repository = try Self.open(options.repositoryPath)
        }
        if let file = options.configurationFile {
            guard let bytes = Self.contents(of: file) else {
                throw ReleaseError(.usage, "the configuration file \(file) cannot be read.")
            }
            configuration = try ConfigurationReader.read(bytes, file: file)
            source = .explicit
        } else if let bytes = try Self.configurationOfRepository(
            repository, at: options.configurationRevision)
        {
            configuration = try ConfigurationReader.read(bytes, file: Configuration.fileName)
            source = .repository
        } else {
            configuration = .withoutFile
            source = .none
        }
    }

    /// What names the repository, the same from every one of its work trees.
    var repositoryKey: String? { repository?.commonDirectory }

    /// Connects to the environment of a release, if its database does not say
    /// that it is another one.
    func link(to release: Release, applicationName: String = "sluice") throws -> EnvironmentLink {
        let link = try EnvironmentLink(
            release.environment, options, repository: repositoryKey,
            applicationName: applicationName)
        try link.checkIdentity()
        return link
    }

    /// Who runs this: by the variables that Git reads, or by Git's configuration.
    public var person: WorkspaceOptions.Author? {
        options.author
            ?? repository?.person.map { WorkspaceOptions.Author(name: $0.name, email: $0.email) }
    }

    /// Who answers for something, as the ledger keeps it: the person and the account.
    var signatory: String {
        person.map { "\($0.name) <\($0.email)>, \(options.actor)" } ?? options.actor
    }

    /// Every name by which the file may mean the one who runs this.
    var identities: [String] { [person?.email, options.actor].compactMap { $0 } }

    /// Whether there is a configuration file at all.
    public var hasConfigurationFile: Bool {
        if case .none = source { return false }
        return true
    }

    private static func open(_ path: String) throws -> GitRepository {
        do {
            return try GitRepository(discovering: path)
        } catch let error as GitError where error.code == .notFound {
            throw ReleaseError(
                .usage, "there is no Git repository at \(path) or above it.",
                next: [
                    "run sluice inside the repository, name it with --repo PATH, or read a plain folder with --migrations DIR."
                ])
        }
    }

    private static func configurationOfRepository(
        _ repository: GitRepository?, at revision: String?
    ) throws -> [UInt8]? {
        guard let repository else { return nil }
        if let revision {
            let commit = try repository.commit(at: revision).id
            return try repository.file(Configuration.fileName, at: commit)
        }
        if let tree = repository.workTree,
            let bytes = contents(of: "\(tree)/\(Configuration.fileName)")
        {
            return bytes
        }
        switch try repository.head() {
        case .branch(_, let commit), .detached(let commit):
            return try repository.file(Configuration.fileName, at: commit)
        case .unborn:
            return nil
        }
    }

    static func contents(of path: String) -> [UInt8]? {
        guard let file = fopen(path, "rb") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { return ferror(file) == 0 ? bytes : nil }
            bytes += buffer[..<count]
        }
    }

    /// Finds an environment by name; without a name the only one, or the only
    /// one without an upstream.
    ///
    /// - Throws: ``ReleaseError`` that lists what there is.
    public func environment(named name: String?) throws -> EnvironmentConfiguration {
        let all = configuration.environments
        if let name {
            if let environment = configuration.environment(named: name) { return environment }
            let nearest =
                NearestWord.to(name, among: all.map(\.name)).map { " Did you mean \($0)?" } ?? ""
            throw ReleaseError(
                .usage, "there is no environment “\(name)”.\(nearest)",
                next: [
                    hasConfigurationFile
                        ? "\(Configuration.fileName) has \(all.map(\.name).joined(separator: ", "))."
                        : "without a \(Configuration.fileName) there is only “default”; “sluice init” writes one."
                ])
        }
        if all.count == 1 { return all[0] }
        throw ReleaseError(
            .usage, "name the environment: \(all.map(\.name).joined(separator: ", ")).")
    }

    /// Reads what would be released to an environment, governed by the
    /// configuration of the very commit.
    ///
    /// - Throws: ``ReleaseError``, ``ConfigurationError``, `GitError`.
    public func release(to name: String?) throws -> Release {
        let wanted = try environment(named: name)
        guard let repository else { return try folderRelease(wanted) }
        let (branch, commit) = try tip(of: wanted, repository)
        var governing = try governingConfiguration(wanted, commit, branch, repository)
        guard var environment = governing.environment(named: wanted.name) else {
            throw ReleaseError(
                .usage,
                "\(Configuration.fileName) at \(commit.short) on branch \(branch ?? "HEAD") has no environment “\(wanted.name)”.",
                next: [
                    "commit the configuration to that branch, or name a file with --config FILE."
                ])
        }
        let listing = try repository.migrations(in: governing.migrationsPath, at: commit)
        var offered = BranchMigrations(listing, branch: branch)
        if let committed = try committed(at: commit, repository),
            let guarded = GuardedGates(file: &governing, committed: committed, environment.name),
            !guarded.kept.isEmpty
        {
            environment = guarded.environment
            offered.notes.append(
                "\(options.configurationFile ?? "the file") may not loosen what \(Configuration.fileName) at \(commit.short) asks of \(environment.name); as committed: \(guarded.kept.joined(separator: ", "))."
            )
        }
        return Release(
            environment: environment, configuration: governing, commit: commit,
            offered: offered,
            blobs: Dictionary(listing.folders.map { ($0.name, $0.blob) }, uniquingKeysWith: { $1 }))
    }

    /// The tip of an environment's branch, and the environment as the configuration
    /// there has it. Reads no migrations.
    ///
    /// - Throws: ``ReleaseError``, ``ConfigurationError``, `GitError`.
    func governed(
        _ name: String
    ) throws -> (environment: EnvironmentConfiguration, commit: ObjectID?) {
        let wanted = try environment(named: name)
        guard let repository else { return (wanted, nil) }
        let (branch, commit) = try tip(of: wanted, repository)
        let governing = try governingConfiguration(wanted, commit, branch, repository)
        return (governing.environment(named: name) ?? wanted, commit)
    }

    /// What is committed where a file was named instead; `nil` where none is.
    private func committed(
        at commit: ObjectID, _ repository: GitRepository
    ) throws -> Configuration? {
        guard case .explicit = source,
            let bytes = try repository.file(Configuration.fileName, at: commit)
        else { return nil }
        return try? ConfigurationReader.read(bytes, file: Configuration.fileName)
    }

    private func folderRelease(_ environment: EnvironmentConfiguration) throws -> Release {
        let directory = options.migrationsDirectory ?? "."
        try refuseLooser(environment, around: directory)
        let listing = try MigrationDirectory.listing(at: directory)
        return Release(
            environment: environment, configuration: configuration, commit: nil,
            offered: BranchMigrations(listing, branch: nil), blobs: [:])
    }

    /// A folder inside a repository is no way around the gates that are committed there.
    private func refuseLooser(
        _ environment: EnvironmentConfiguration, around directory: String
    ) throws {
        guard case .explicit = source,
            let repository = try? GitRepository(discovering: directory),
            let (_, head) = try? tip(of: Configuration.withoutFile.environments[0], repository)
        else { return }
        var commits = [head]
        let named = try committed(at: head, repository)?.environment(named: environment.name)
        for asked in [environment, named].compactMap({ $0 }) {
            if let (_, commit) = try? tip(of: asked, repository) { commits.append(commit) }
        }
        for commit in commits {
            var file = configuration
            guard let committed = try committed(at: commit, repository),
                let guarded = GuardedGates(file: &file, committed: committed, environment.name)
            else { continue }
            // A folder has no authors, so nobody could tell who may approve.
            let needsAuthors = GateSelection(guarded.environment).isOn(.review)
            guard !guarded.kept.isEmpty || needsAuthors else { continue }
            throw ReleaseError(
                .usage,
                "\(directory) lies in a repository whose \(Configuration.fileName) at \(commit.short) guards \(environment.name): \((guarded.kept.isEmpty ? ["review"] : guarded.kept).joined(separator: ", ")).",
                next: ["release from the repository: leave out --migrations."])
        }
    }

    private func tip(
        of environment: EnvironmentConfiguration, _ repository: GitRepository
    ) throws -> (branch: String?, commit: ObjectID) {
        if let name = environment.branch {
            do {
                let tip = try repository.branch(named: name)
                return (tip.name, tip.commit)
            } catch let error as GitError where error.code == .notFound {
                throw missingBranch(name, of: environment, error, repository)
            }
        }
        switch try repository.head() {
        case .branch(let name, let commit): return (name, commit)
        case .detached(let commit): return (nil, commit)
        case .unborn(let name):
            throw ReleaseError(
                .usage, "the branch \(name) has no commit yet.",
                next: ["commit the migrations first."])
        }
    }

    /// A clone of CI often has one branch only.
    private func missingBranch(
        _ name: String, of environment: EnvironmentConfiguration, _ error: GitError,
        _ repository: GitRepository
    ) -> ReleaseError {
        let remote = (try? repository.remoteNames())?.first
        let fetch = remote.map {
            "git fetch \($0) \(name):refs/remotes/\($0)/\(name)   (a CI checkout may have brought one branch only)"
        }
        var refusal = ReleaseError(
            .usage,
            "the branch of \(environment.name) is not in this repository. \(error.message)",
            state: "nothing was changed.",
            next: [fetch].compactMap { $0 } + ["or correct branch: in \(Configuration.fileName)."])
        refusal.missesBranch = true
        return refusal
    }

    private func governingConfiguration(
        _ environment: EnvironmentConfiguration, _ commit: ObjectID, _ branch: String?,
        _ repository: GitRepository
    ) throws -> Configuration {
        guard case .repository = source else { return configuration }
        guard let bytes = try repository.file(Configuration.fileName, at: commit) else {
            throw ReleaseError(
                .usage,
                "\(Configuration.fileName) is not committed on branch \(branch ?? "HEAD") (\(commit.short)), which feeds \(environment.name).",
                next: [
                    "commit it there, so that nobody can loosen a gate with an uncommitted edit; or name a file with --config FILE."
                ])
        }
        return try ConfigurationReader.read(
            bytes, file: "\(Configuration.fileName) at \(commit.short)")
    }

    /// The configuration at a commit; this workspace's own where the commit has
    /// none or the user named a file.
    ///
    /// - Throws: ``ConfigurationError``, `GitError`.
    func configuration(at commit: ObjectID) throws -> Configuration {
        guard case .repository = source,
            let bytes = try repository?.file(Configuration.fileName, at: commit)
        else { return configuration }
        return try ConfigurationReader.read(
            bytes, file: "\(Configuration.fileName) at \(commit.short)")
    }

    /// Reads the scripts of migrations.
    ///
    /// - Throws: `GitError`, or what reading a plain folder throws.
    public func scripts(of names: [String], in release: Release) throws -> [String: [UInt8]] {
        var scripts: [String: [UInt8]] = [:]
        for name in names {
            if let repository, let blob = release.blobs[name] {
                scripts[name] = try repository.script(blob)
            } else if let directory = options.migrationsDirectory {
                scripts[name] = try MigrationDirectory(path: directory).script(named: name)
            }
        }
        return scripts
    }
}

/// What a commit would release to an environment.
public struct Release: Sendable {
    public var environment: EnvironmentConfiguration
    /// The configuration of that commit.
    public var configuration: Configuration
    public var commit: ObjectID?
    public var offered: BranchMigrations
    var blobs: [String: ObjectID]
}
