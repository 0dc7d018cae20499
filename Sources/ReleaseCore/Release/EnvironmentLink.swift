public import PostgresLink
import Sandbox

/// An open connection to an environment's database, with what was read there.
public final class EnvironmentLink {
    public let environment: EnvironmentConfiguration
    public let target: ConnectionTarget
    public private(set) var session: PostgresSession
    public private(set) var state: DatabaseState
    /// Keeps the environment's private server running, where it has one.
    private let cluster: SandboxCluster?
    private let applicationName: String

    /// Connects, starting the private server where the environment has one, and
    /// reads history and ledger.
    ///
    /// - Throws: ``ReleaseError``, `ConnectionFailure`, `PostgresError`.
    public init(
        _ environment: EnvironmentConfiguration, _ options: WorkspaceOptions,
        repository: String?, applicationName: String = "sluice"
    ) throws {
        self.environment = environment
        self.applicationName = applicationName
        let access = try DatabaseAccess.open(environment, options, repository: repository)
        target = access.target
        cluster = access.cluster
        session = try PostgresSession(
            connecting: target, applicationName: applicationName, keeping: cluster)
        state = try DatabaseState.read(session)
        try PoolerCheck.refuseTransactionPooling(
            session, serverProcess: state.serverProcess, of: environment.name)
    }

    /// A database that says it is another environment is never written to.
    ///
    /// - Throws: ``ReleaseError``.
    func checkIdentity() throws {
        try checkLayout()
        guard let ledger = state.ledger, ledger.environment != environment.name else { return }
        throw ReleaseError(
            .needsAttention,
            "the database \(target.redacted) says it is “\(ledger.environment)”, not “\(environment.name)”.",
            state: "nothing was changed.",
            next: [
                "check the database URL of \(environment.name);",
                "if the environment was renamed: sluice resolve \(environment.name) --renamed-from \(ledger.environment)",
            ])
    }

    /// What a newer sluice keeps is not touched.
    ///
    /// - Throws: ``ReleaseError``.
    func checkLayout() throws {
        guard let ledger = state.ledger else { return }
        if ledger.version > LedgerSchema.version {
            throw LedgerDamage.newer(ledger.version, target)
        }
    }

    /// What must run, in a transaction, before something is written into the ledger.
    ///
    /// - Throws: ``ReleaseError`` where the role may not do it.
    func ledgerPreparation() throws -> String {
        if state.ledger == nil, !state.mayCreateSchema {
            throw ReleaseError(
                .failed,
                "\(environment.name) has no ledger, and the role \(state.role) may not create one.",
                state: "nothing was changed.", next: [LedgerGrant.creation(state)])
        }
        let preparation = LedgerSchema.preparation(state, environment: environment.name)
        if !preparation.isEmpty, let owner = state.ledgerOwner {
            throw ReleaseError(
                .failed,
                "the ledger of \(environment.name) is of an older layout, and the role \(state.role) may not change it.",
                state: "nothing was changed.",
                next: ["run this once as \(owner), or: \(LedgerGrant.creation(state))"])
        }
        return preparation
    }

    /// Reads history and ledger again.
    ///
    /// - Throws: `PostgresError`.
    func refresh() throws {
        state = try DatabaseState.read(session)
    }

    /// Replaces a broken session by a new one.
    ///
    /// - Throws: `ConnectionFailure`, `PostgresError`.
    func reconnect() throws {
        session = try PostgresSession(
            connecting: target, applicationName: applicationName, keeping: cluster)
        try refresh()
    }
}

/// Where an environment's database is, found from its configuration.
struct DatabaseAccess {
    var target: ConnectionTarget
    var cluster: SandboxCluster?

    static func open(
        _ environment: EnvironmentConfiguration, _ options: WorkspaceOptions, repository: String?
    ) throws -> DatabaseAccess {
        if environment.isSandboxed {
            return try SandboxDatabases.open(environment.name, options, repository: repository)
        }
        do {
            let url = try environment.database.resolve(options.variables)
            return DatabaseAccess(target: try ConnectionTarget(url: url))
        } catch let missing as MissingVariable {
            throw ReleaseError(
                .usage, "the database of \(environment.name) is unknown: \(missing)",
                next: ["set \(missing.name) to a postgresql:// URL."])
        } catch let error as ConnectionURLError {
            throw ReleaseError(
                .usage, "the database URL of \(environment.name) cannot be used: \(error)")
        }
    }
}
