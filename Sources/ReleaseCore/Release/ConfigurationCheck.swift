import GitStore
import PostgresLink

/// Validates configuration, repository and connections.
public struct ConfigurationCheck {
    let workspace: Workspace

    public init(_ workspace: Workspace) {
        self.workspace = workspace
    }

    /// One thing that was looked at.
    public struct Item: Sendable, Codable {
        public var subject: String
        public var isFine: Bool
        public var detail: String
        public var next: String?
    }

    /// Looks at everything; never throws, whatever it finds.
    public func items() -> [Item] {
        [configurationItem, repositoryItem] + workspace.configuration.environments.flatMap(items)
    }

    private var configurationItem: Item {
        let names = workspace.configuration.environments.map(\.name).joined(separator: ", ")
        guard workspace.hasConfigurationFile else {
            return Item(
                subject: "configuration", isFine: true,
                detail:
                    "no \(Configuration.fileName): one environment “default” from DATABASE_URL.",
                next: "sluice init writes a \(Configuration.fileName)")
        }
        return Item(subject: "configuration", isFine: true, detail: "environments \(names)")
    }

    private var repositoryItem: Item {
        guard let repository = workspace.repository else {
            return Item(
                subject: "repository", isFine: true,
                detail: "not used: migrations come from a folder")
        }
        let shallow =
            repository.isShallow ? ", shallow: the past before its boundary is unknown" : ""
        return Item(
            subject: "repository", isFine: true, detail: "\(repository.gitDirectory)\(shallow)")
    }

    private func items(_ environment: EnvironmentConfiguration) -> [Item] {
        do {
            let committed = try workspace.release(to: environment.name)
            let release = try workspace.proposed(environment, instead: committed)
            let found = release.offered.migrations.count
            let branch = Item(
                subject: "\(environment.name): branch", isFine: release.offered.problems.isEmpty,
                detail: "\(release.offered.branch ?? "folder") has \(found) migrations"
                    + Self.words(release.offered.problems))
            let items = [branch, connection(release), smoke(release)] + gates(release.environment)
            guard release.configuration != committed.configuration else { return items }
            return items + [
                Item(
                    subject: "\(environment.name): committed", isFine: true,
                    detail:
                        "another \(Configuration.fileName): releases go by the one at \(committed.commit?.short ?? "its commit") until this one is committed on \(release.offered.branch ?? "its branch")"
                )
            ]
        } catch {
            return [Self.failed("\(environment.name): branch", error)]
        }
    }

    private static func failed(_ subject: String, _ error: any Error) -> Item {
        guard let error = error as? ReleaseError else {
            return Item(subject: subject, isFine: false, detail: "\(error)")
        }
        return Item(
            subject: subject, isFine: false, detail: error.what, next: error.next.first)
    }

    private static func words(_ problems: [Problem]) -> String {
        guard let first = problems.first else { return "" }
        let more = problems.count > 1 ? " And \(problems.count - 1) more: sluice list" : ""
        return "; \(first.detail)\(more)"
    }

    private func connection(_ release: Release) -> Item {
        let subject = "\(release.environment.name): database"
        do {
            let link = try workspace.link(to: release)
            let version = "PostgreSQL \(link.state.serverVersion / 10_000)"
            let ledger =
                link.state.ledger != nil
                ? "ledger present"
                : link.state.mayCreateSchema
                    ? "ledger will be created" : "no right to create the ledger"
            return Item(
                subject: subject, isFine: !link.state.isStandby,
                detail:
                    "\(link.target.redacted), \(version), \(link.state.history.appliedNames.count) applied, \(ledger)"
                    + (link.state.isStandby ? "; it is a standby" : ""))
        } catch {
            return Self.failed(subject, error)
        }
    }

    /// The checks that would run, read from the very commit.
    private func smoke(_ release: Release) -> Item {
        let subject = "\(release.environment.name): smoke"
        do {
            let names = Set(release.offered.migrations.map(\.name))
            let checks = try workspace.smokeChecks(release, applied: names)
            let own = checks.count - release.environment.smoke.count
            let required = checks.count(where: \.required)
            let count =
                checks.isEmpty
                ? "no checks"
                : "\(checks.count) check\(checks.count == 1 ? "" : "s"), \(required) required"
            let unset = release.environment.references.subtracting(
                release.environment.database.references
            ).filter { workspace.options.variables[$0]?.isEmpty ?? true }.sorted()
            return Item(
                subject: subject, isFine: true,
                detail: count + (own > 0 ? ", \(own) of them beside migrations" : "")
                    + (unset.isEmpty ? "" : "; not set here: \(unset.joined(separator: ", "))"))
        } catch {
            return Self.failed(subject, error)
        }
    }

    /// What is on and why; what a file could switch on is named, too.
    private func gates(_ environment: EnvironmentConfiguration) -> [Item] {
        let entries = GateSelection(environment).entries
        let on = entries.filter(\.isOn)
        let reasons = Dictionary(grouping: on, by: \.reason).sorted {
            $0.value[0].gate < $1.value[0].gate
        }
        let words = reasons.map { reason, entries in
            "\(entries.map(\.gate.rawValue).joined(separator: ", ")) (\(reason))"
        }
        let off = Dictionary(grouping: entries.filter { !$0.isOn }, by: \.reason)
            .sorted { $0.key < $1.key }.map { reason, entries in
                "\(entries.map(\.gate.rawValue).joined(separator: ", ")) (\(reason))"
            }
        return [
            Item(
                subject: "\(environment.name): gates on", isFine: true,
                detail: words.joined(separator: "; ")),
            Item(
                subject: "\(environment.name): gates off", isFine: true,
                detail: off.isEmpty ? "none" : off.joined(separator: "; ")),
        ]
    }
}
