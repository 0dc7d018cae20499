import ArgumentParser
import GitStore
import PostgresLink
import ReleaseCore

/// A deployment's story, line by line while it happens and in sum at the end.
struct DeploymentText: Sendable {
    let console: Console

    /// One line for what just happened.
    func line(for event: DeploymentEvent) -> String? {
        switch event {
        case .started(let plan):
            return opening(plan)
        case .applied(let migration, let index, let count, let milliseconds):
            let number = count > 1 ? console.paint(" \(index)/\(count)", .faint) : ""
            return
                "  \(console.paint("✓", .good)) \(migration)\(number)  \(console.paint(DurationText.describe(.milliseconds(milliseconds)), .faint))"
        case .turningStepwise(let migration, let statement, let tag):
            return console.paint(
                "  · \(migration): the server refuses statement \(statement), \(tag), in a transaction; "
                    + "running stepwise, each step recorded", .faint)
        case .runningAlone(let migration, let tag):
            return console.paint("  · \(migration): \(tag), outside a transaction", .faint)
        case .waitingForLock(let holder):
            guard let holder else { return "  waiting for the deployment lock" }
            let name = holder.application.isEmpty ? "unnamed" : holder.application
            return
                "  waiting for the deployment lock: process \(holder.process) (\(name), \(holder.host)) has it"
                + (holder.since.isEmpty ? "" : " since \(TimestampText.minute(holder.since))")
        case .retrying(let migration, let attempt, let of, let reason):
            return "  \(migration): \(reason); trying again (\(attempt) of \(of))"
        case .blocked(let blocker):
            let name = blocker.application.isEmpty ? "unnamed" : blocker.application
            return
                "  waiting for process \(blocker.process) (\(name), \(blocker.state), "
                + "transaction open for \(blocker.seconds) s): \(blocker.query)"
        case .progress(let phase, let percent):
            return "  \(phase)\(percent.map { " \($0) %" } ?? "")"
        case .reconnecting(let attempt):
            return "  the connection broke; reconnecting (\(attempt))"
        case .checking(let finished, let count):
            return console.paint("  smoke checks: \(finished) of \(count)", .faint)
        case .baking(let duration):
            return console.paint(
                "  every required check passed; watching for \(DurationText.describe(duration))",
                .faint)
        case .maintenance(let isOn):
            return console.paint("  maintenance mode \(isOn ? "on" : "off")", .faint)
        case .resuming(let migration, let finished, let total):
            return "  \(migration): continuing behind \(finished) of \(total) finished statements"
        }
    }

    private func opening(_ plan: Plan) -> String {
        let source = plan.branch.map { " ← \($0)" } ?? ""
        let commit = plan.commit.map { " @ \($0.short)" } ?? ""
        let count = plan.migrations.count
        return "\(console.paint(plan.environment, .strong))\(source)\(commit): \(count) pending"
    }

    /// What it came to.
    func closing(_ report: DeploymentReport) -> [String] {
        var lines = report.smoke.map { SmokeText(console: console).lines($0) } ?? []
        let overridden = report.gates.filter { $0.outcome == .overridden }
        lines += (report.deployment == nil ? [] : overridden).map { gate in
            console.paint("overridden:", .warning)
                + " the gate \(gate.gate.rawValue), which said: \(gate.evidence)"
        }
        lines += report.notes.map { console.paint("note: \($0)", .faint) }
        return lines + [verdict(report)]
            + ReminderText(console: console).lines(report.reminders, report.plan.environment)
    }

    private func verdict(_ report: DeploymentReport) -> String {
        let name = report.plan.environment
        let count = report.applied.count
        let migrations = "\(count) migration\(count == 1 ? "" : "s")"
        switch report.verdict {
        case .succeeded:
            return console.paint("succeeded", .good) + ": \(migrations) applied to \(name)."
        case .nothingToDo:
            return
                "nothing to do: \(name) is up to date with \(report.plan.appliedCount) migration\(report.plan.appliedCount == 1 ? "" : "s")."
        case .degraded:
            let what = report.smoke?.outcome == .error ? "could not tell" : "failed"
            return console.paint("degraded", .bad)
                + ": \(migrations) applied to \(name), and a smoke check \(what). "
                + (report.isHeld
                    ? "\(name) is on hold." : "It could not be put on hold without a ledger.")
        case .failed:
            return console.paint("failed", .bad)
                + ": \(migrations) applied to \(name) before the failure."
        case .blocked: return console.paint("blocked", .bad) + ": nothing was changed in \(name)."
        case .interrupted where report.smoke != nil:
            return console.paint("interrupted", .warning)
                + ": \(migrations) applied to \(name); the checks were stopped."
        case .interrupted:
            return console.paint("interrupted", .warning)
                + ": \(migrations) applied to \(name); "
                + (report.unfinished.map(ContinuationText.afterInterrupt)
                    ?? "what was running was rolled back.")
        }
    }

    /// Goes to stderr: why it did not go through and what to do.
    func complaint(_ report: DeploymentReport) -> String? {
        if let failure = report.failure { return FailureText(console: console).text(failure) }
        if let obstacle = report.obstacle { return Explanation(obstacle).text(console) }
        switch report.verdict {
        case .degraded: return degraded(report)
        case .blocked where !report.plan.problems.isEmpty:
            let gates = report.gates.filter { $0.outcome == .block && $0.gate != .history }
            return
                (ProblemText(console: console).lines(report.plan.problems)
                + ProblemAdvice.lines(report.plan) + GateText(console: console).lines(gates))
                .joined(separator: "\n")
        case .blocked:
            return GateText(console: console).lines(report.gates.filter { $0.outcome == .block })
                .joined(separator: "\n")
        default: return nil
        }
    }

    private func degraded(_ report: DeploymentReport) -> String {
        let name = report.plan.environment
        guard let smoke = report.smoke else { return "" }
        let checks = smoke.obstacles.map { "“\($0.name)”" }.joined(separator: ", ")
        let verb = smoke.outcome == .error ? "could not tell" : "failed"
        var lines = [
            "\(console.paint("error:", .bad)) \(checks) \(verb) after the deployment to \(name).",
            report.isHeld
                ? "state: the migrations are applied; \(name) is on hold: nothing more is deployed to it, or promoted from it, until it is released."
                : "state: the migrations are applied, and nothing holds the next deployment up: without a ledger there are no holds.",
        ]
        if smoke.blamesMigrations {
            lines += wayBack(report)
            lines.append(
                "next:  sluice release \(name) --reason TEXT   (when it turns out to be fine)")
        } else {
            // What could not be asked says nothing about the migrations.
            lines += [
                "next:  make it reachable, then sluice smoke \(name)",
                "next:  sluice release \(name) --reason TEXT   (when it passes)",
            ]
        }
        return lines.joined(separator: "\n")
    }

    private func wayBack(_ report: DeploymentReport) -> [String] {
        let name = report.plan.environment
        let last = report.undoable ?? "MIGRATION"
        guard let hotfix = report.hotfix else {
            return [
                "next:  sluice hotfix \(last) --env \(name)   (opens a migration that undoes \(report.applied.count > 1 ? "them" : "it"))"
            ]
        }
        let proof = hotfix.proven ? "proven" : "not proven"
        return ["hotfix: \(hotfix.branch) @ \(hotfix.commit.short) undoes \(last), \(proof)."]
            + HotfixSteps(hotfix: hotfix, isHeld: report.isHeld).lines
    }

    static func exitCode(_ report: DeploymentReport) -> ExitCode {
        if let obstacle = report.obstacle { return Explanation(obstacle).code }
        switch report.verdict {
        case .succeeded, .nothingToDo: return .success
        case .failed: return report.failure?.isTransient == true ? .tryAgain : .failure
        case .degraded: return .failure
        case .blocked: return report.plan.problems.isEmpty ? .blocked : .needsAttention
        case .interrupted: return .interrupted
        }
    }
}

/// What to do about problems, once per kind.
enum ProblemAdvice {
    static func lines(_ plan: Plan) -> [String] {
        let environment = plan.environment
        var seen: Set<Problem.Kind> = []
        return plan.problems.filter { seen.insert($0.kind).inserted }.compactMap { problem in
            switch problem.kind {
            // Its detail says what is left to do, which is not to accept it.
            case _ where problem.isFinal: nil
            case .failed:
                "next:  look what is there, then sluice resolve \(environment) --rolled-back \(problem.migration) (or --applied)"
            case .edited:
                "next:  restore the script that was applied and put the change into a new migration; or answer for it with --accept \(problem.migration)"
            case .missing:
                "next:  bring the folder back to the branch; or answer for it with --accept \(problem.migration)"
            // Branch and history part only where something is missing, which is told with it.
            case .diverged where plan.problems.contains { $0.kind == .missing }: nil
            case .diverged:
                "next:  answer for it with --accept \(problem.migration)"
            case .outOfOrder:
                "next:  run it behind what is applied with --accept \(problem.migration); while no environment has it, its folder may also be renamed on the branch"
            case .unreadable: "next:  correct the folder on its branch."
            case .unsupported, .drift: nil
            }
        }
    }
}

/// A failure as people read it.
struct FailureText {
    let console: Console

    func text(_ failure: DeploymentFailure) -> String {
        var place = failure.migration
        if let statement = failure.statement { place += ", statement \(statement)" }
        if let line = failure.line { place += ", line \(line)" }
        let state = failure.sqlState.map { " (SQLSTATE \($0))" } ?? ""
        var lines = ["\(console.paint("error:", .bad)) \(place): \(failure.message)\(state)"]
        if let excerpt = failure.excerpt, let line = failure.line {
            let gutter = "  \(line) | "
            lines.append(console.paint(gutter, .faint) + excerpt)
            if let column = failure.column {
                lines.append(
                    String(repeating: " ", count: gutter.count + column - 1)
                        + console.paint("^", .bad))
            }
        }
        if let detail = failure.detail { lines.append("detail: \(detail)") }
        if let hint = failure.hint { lines.append("hint:  \(hint)") }
        lines.append("state: \(failure.databaseState)")
        return (lines + failure.next.map { "next:  \($0)" }).joined(separator: "\n")
    }
}
