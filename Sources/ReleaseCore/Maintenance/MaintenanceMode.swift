import GitStore
import PostgresLink

/// Takes the application out of service around something, and always back.
///
/// That it is out of service is written down before it is, so that a run which
/// was killed in between leaves a trace for the next one to clear up. The
/// deployment lock must be held: who holds it is the one who may switch.
public final class MaintenanceMode {
    private let settings: MaintenanceSettings
    private let setting: SmokeRunner.Setting
    private let link: EnvironmentLink
    private let actor: String
    /// Why it could not be lifted again; then the next run tries.
    public private(set) var complaint: String?

    private static let attempts = 3
    private static let timeout = Duration.seconds(30)

    /// `nil` where the environment has no `maintenance`.
    ///
    /// - Parameters:
    ///   - workspace: the repository with its configuration.
    ///   - release: whose environment is configured for it.
    ///   - link: the connection that holds the deployment lock.
    ///   - interrupt: ends the switching on; switching off never ends early.
    ///   - report: told when it is on and off.
    init?(
        _ workspace: Workspace, _ release: Release, _ link: EnvironmentLink,
        interrupt: Interrupt = Interrupt(),
        report: @escaping @Sendable (DeploymentEvent) -> Void = { _ in }
    ) {
        guard let settings = release.environment.after.maintenance else { return nil }
        self.settings = settings
        self.link = link
        actor = workspace.options.actor
        setting = SmokeStage(workspace: workspace, interrupt: interrupt, report: report)
            .setting(release, link.target)
    }

    /// Runs `body` under maintenance mode.
    ///
    /// - Parameters:
    ///   - deployment: what it is for, in the ledger.
    ///   - body: is not called when the mode cannot be switched on.
    /// - Returns: what `body` returns; then look at ``complaint``.
    /// - Throws: ``ReleaseError`` when it cannot be switched on, and what `body` throws.
    public func around<T>(deployment: String?, _ body: () throws -> T) throws -> T {
        try turnOn(deployment)
        do {
            let result = try body()
            lift()
            return result
        } catch {
            lift()
            guard let complaint, var known = error as? ReleaseError else { throw error }
            known.state += known.state.isEmpty ? complaint : "\n\(complaint)"
            throw known
        }
    }

    private func turnOn(_ deployment: String?) throws {
        try remember(deployment)
        let result = perform(settings.on, setting)
        guard result.outcome == .passed else {
            // It may be half on.
            lift()
            throw ReleaseError(
                setting.interrupt.isRaised ? .interrupted : .failed,
                "maintenance mode of \(setting.environment) could not be switched on: \(result.detail)",
                state: complaint == nil
                    ? "no migration was run, and the mode was switched off again."
                    : "no migration was run; \(complaint ?? "")",
                next: ["check maintenance: on in \(Configuration.fileName)."])
        }
        setting.report(.maintenance(isOn: true))
    }

    /// Switches it off, whatever has happened meanwhile.
    private func lift() {
        var undisturbed = setting
        undisturbed.interrupt = Interrupt()
        var result = CheckResult(.error, "")
        for attempt in 1...Self.attempts {
            result = perform(settings.off, undisturbed)
            if result.outcome == .passed { break }
            if attempt < Self.attempts { _ = undisturbed.interrupt.pause(.seconds(1)) }
        }
        guard result.outcome == .passed else {
            complaint =
                "\(setting.environment) is still in maintenance mode, since it could not be switched off: \(result.detail)"
            return
        }
        complaint = nil
        setting.report(.maintenance(isOn: false))
        do {
            if !link.session.isUsable { try link.reconnect() }
            try LedgerWriter.forgetMaintenance(link.session, by: actor)
        } catch {
            // The next run switches it off once more, which does no harm.
        }
    }

    private func remember(_ deployment: String?) throws {
        guard link.state.ledger != nil || link.state.mayCreateSchema else { return }
        let preparation = try link.ledgerPreparation()
        if !preparation.isEmpty {
            try link.session.execute("BEGIN;\n\(preparation)COMMIT")
            try link.refresh()
        }
        try LedgerWriter.rememberMaintenance(link.session, deployment: deployment, by: actor)
    }

    private func perform(
        _ way: MaintenanceSettings.Switch, _ setting: SmokeRunner.Setting
    ) -> CheckResult {
        let result: CheckResult
        switch way {
        case .sql(let sql): result = execute(sql, setting)
        case .http(let request, let expectation):
            let client = HTTPClient(variables: setting.variables, interrupt: setting.interrupt)
            result =
                HTTPCheck(
                    request: request, expectation: expectation, client: client,
                    variables: setting.variables
                ).run(Self.timeout).result
        case .command(let command):
            result = CommandRun(
                command: command, variables: setting.commandVariables,
                directory: setting.directory, interrupt: setting.interrupt
            ).run(Self.timeout)
        }
        return result.masked(setting.mask)
    }

    /// In a session of its own: the deployment's may be broken by then.
    private func execute(_ sql: String, _ setting: SmokeRunner.Setting) -> CheckResult {
        let database = CheckDatabase(
            setting.target, variables: setting.variables, interrupt: setting.interrupt)
        do {
            let sql = try database.filled(sql, [:])
            return try database.inTransaction("READ WRITE", Self.timeout, commits: true) {
                try $0.execute(sql)
                return CheckResult(.passed, "done")
            }
        } catch let error as PostgresError where !error.connectionLost {
            return CheckDatabase.refusal(error)
        } catch {
            return CheckResult(.error, "\(error)")
        }
    }
}

extension MaintenanceMode {
    /// Switches off what a run that was killed has left on.
    ///
    /// - Parameters: as for the initialiser.
    /// - Returns: what there is to tell; `nil` when nothing was left, or when the
    ///   run that switched it on is still at work.
    /// - Throws: `PostgresError`.
    static func liftLeftover(
        _ workspace: Workspace, _ release: Release, _ link: EnvironmentLink,
        report: @escaping @Sendable (DeploymentEvent) -> Void = { _ in }
    ) throws -> String? {
        guard link.state.ledger != nil,
            let mode = MaintenanceMode(workspace, release, link, report: report),
            try LedgerReader.maintenance(link.session) != nil,
            try DeploymentLock.own.tryAcquire(link.session)
        else { return nil }
        defer { _ = try? DeploymentLock.own.release(link.session) }
        // Once more, now that nobody else can be at it.
        guard let left = try LedgerReader.maintenance(link.session) else { return nil }
        mode.lift()
        return mode.complaint
            ?? "maintenance mode, left on since \(left.since) by \(left.by), was switched off."
    }
}
