import ArgumentParser
import GitStore
import Glibc
import ReleaseCore
import Sandbox

/// Hands a push over to a deployment in the background, environment by
/// environment, and tells the pusher where to look.
struct PostReceiveHook {
    let workspace: Workspace
    let common: CommonOptions

    init(_ workspace: Workspace, _ common: CommonOptions) {
        self.workspace = workspace
        self.common = common
    }

    func run() throws -> ExitCode {
        // Git writes a line for each reference: the id before, the id now, its name.
        while let line = readLine() {
            let words = line.split(separator: " ").map(String.init)
            guard words.count == 3, let push = PushedBranch(words) else { continue }
            try take(push)
        }
        return .success
    }

    private func take(_ push: PushedBranch) throws {
        guard let revision = push.new ?? push.old else { return }
        var options = common.workspaceOptions
        options.configurationRevision = revision.hex
        let workspace = try Workspace(options)
        guard workspace.hasConfigurationFile else { return }
        for environment in workspace.configuration.environments
        where environment.branch == push.branch {
            let arrived = try push.arrivedMigrations(workspace)
            if environment.isFollowed(whenNamed: true) {
                try handOver(environment.name, revision, arrived, workspace)
            } else if !arrived.isEmpty {
                let next = environment.promotesFrom == nil ? "deploy" : "plan"
                say(
                    "\(environment.name): \(Self.counted(arrived)); sluice \(next) \(environment.name)"
                )
            }
        }
    }

    private func handOver(
        _ name: String, _ revision: ObjectID, _ arrived: [String], _ workspace: Workspace
    ) throws {
        guard let repository = workspace.repository else { return }
        let log = try DeploymentLog(repository.commonDirectory, environment: name)
        try BackgroundDeployment(
            repository: repository.commonDirectory, environment: name, revision: revision.hex,
            log: log, wait: repository.text(HookWords.wait) ?? BackgroundDeployment.patience
        ).start()
        let what = arrived.isEmpty ? "no new migrations" : "\(Self.counted(arrived)), deploying"
        say("\(name): \(what) at \(revision.short); log: \(log.path)")
        if let hold = HoldLookup(workspace).hold(of: name) {
            say(
                "\(name): nothing is deployed while it is on hold, since \(hold.since) by \(hold.by): \(hold.reason)"
            )
            say("\(name): next: sluice release \(name) --reason TEXT")
        }
    }

    private func say(_ text: String) {
        common.console.error("sluice: \(text)")
    }

    private static func counted(_ names: [String]) -> String {
        names.count == 1 ? "migration \(names[0])" : "\(names.count) migrations"
    }
}

/// A branch that a push moved, made or deleted.
struct PushedBranch {
    var branch: String
    /// `nil` for a new branch.
    var old: ObjectID?
    /// `nil` for a deleted one.
    var new: ObjectID?

    init?(_ words: [String]) {
        let prefix = "refs/heads/"
        guard words[2].hasPrefix(prefix) else { return nil }
        branch = String(words[2].dropFirst(prefix.count))
        func commit(_ hex: String) -> ObjectID? {
            hex.contains { $0 != "0" } ? ObjectID(hex: hex) : nil
        }
        old = commit(words[0])
        new = commit(words[1])
    }

    /// The migrations that are there now and were not before.
    func arrivedMigrations(_ workspace: Workspace) throws -> [String] {
        guard let repository = workspace.repository, let new else { return [] }
        let path = workspace.configuration.migrationsPath
        let before = try old.map { try repository.scripts(in: path, at: $0) } ?? [:]
        let names = try repository.scripts(in: path, at: new).keys.filter { before[$0] == nil }
        return MigrationOrder.sorted(Array(names))
    }
}
