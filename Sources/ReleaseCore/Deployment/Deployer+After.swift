import SQLAnalysis

/// What surrounds the applying of migrations.
extension Deployer {
    /// Runs `body` under maintenance mode where that is asked for or usual.
    ///
    /// - Returns: what `body` returns, and a failed check when the mode could not
    ///   be lifted again: nobody can use the application then.
    /// - Throws: ``ReleaseError`` when there is no such mode or it cannot be
    ///   switched on, and what `body` throws.
    func underMaintenance<T>(
        _ request: DeploymentRequest, _ prepared: PlanBuilder.Prepared, _ body: () throws -> T
    ) throws -> (T, [SmokeRun.Result]) {
        let environment = prepared.release.environment
        guard request.underMaintenance || environment.after.maintenance?.isUsual == true else {
            return (try body(), [])
        }
        guard
            let mode = MaintenanceMode(
                workspace, prepared.release, prepared.link, interrupt: interrupt, report: report)
        else {
            throw ReleaseError(
                .usage, "\(environment.name) has no maintenance mode.",
                state: "nothing was changed.",
                next: ["configure maintenance: { on, off } in \(Configuration.fileName)."])
        }
        let result = try mode.around(deployment: deployment, body)
        let troubles = mode.complaint.map {
            SmokeRun.Result(verified: SmokeRun.maintenance, .failed, $0)
        }
        return (result, troubles.map { [$0] } ?? [])
    }

    /// Remembers what people have to do after a deployment whose migrations all ran, and tells
    /// what is open. What a script asks for was recorded with it.
    func remind(_ result: inout DeploymentReport, _ run: DeploymentRun) throws {
        let isThrough = [.succeeded, .degraded].contains(result.verdict)
        let usual = isThrough ? run.release.environment.after.reminders : []
        let applied = Set(result.applied)
        let asks = run.plan.migrations.contains {
            applied.contains($0.name) && !$0.reminders.isEmpty
        }
        guard asks || !usual.isEmpty else { return }
        result.reminders = try run.remember(usual.map { (nil, $0) })
    }

    /// Tells whoever wants to know. Never changes the verdict.
    func notify(_ result: inout DeploymentReport, _ release: Release, _ link: EnvironmentLink) {
        let targets = release.environment.after.notify
        guard !targets.isEmpty else { return }
        let stage = SmokeStage(workspace: workspace, interrupt: interrupt, report: report)
        let notifier = Notifier(setting: stage.setting(release, link.target), targets: targets)
        result.notes += notifier.tell(
            Notification(result, actor: workspace.options.actor), result.verdict)
    }
}
