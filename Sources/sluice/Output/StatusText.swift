import ReleaseCore

/// Environments as people read them.
struct StatusText {
    let console: Console
    /// More pending migrations than this are counted, not listed.
    private static let longestList = 10

    func lines(_ statuses: [EnvironmentStatus]) -> [String] {
        var table = Table()
        table.add(["environment", "branch", "commit", "applied", "pending", "state"])
        for status in statuses {
            let unknown = status.state == .unreachable
            table.add([
                status.name, status.branch ?? "–",
                status.commit.map { String($0.prefix(10)) } ?? "–",
                unknown ? "–" : "\(status.applied)", unknown ? "–" : "\(status.pending.count)",
                word(status.state),
            ])
        }
        var lines = table.lines(numeric: [3, 4])
        lines[0] = console.paint(lines[0], .faint)
        return lines + statuses.flatMap(details)
    }

    private func word(_ state: EnvironmentStatus.State) -> String {
        switch state {
        case .upToDate: console.paint("up to date", .good)
        case .pending: console.paint("pending", .warning)
        case .needsAttention: console.paint("needs attention", .bad)
        case .held: console.paint("on hold", .bad)
        case .unreachable: console.paint("unreachable", .bad)
        }
    }

    /// What earlier runs have left behind.
    private func leftovers(_ status: EnvironmentStatus) -> [String] {
        var lines: [String] = []
        if let maintenance = status.maintenance {
            lines.append(
                "\(maintenance) A running deployment switches it off; else sluice smoke \(status.name) does."
            )
        }
        if let smoke = status.lastSmoke, smoke.outcome != "passed" {
            let verb = smoke.outcome == "failed" ? "failed" : "could not tell"
            lines.append(
                "the last smoke run \(verb) (\(TimestampText.minute(smoke.finishedAt))): sluice smoke \(status.name)"
            )
        }
        return lines
            + status.reminders.map { "to do since \($0.since): \($0.text) (reminder \($0.id))" }
    }

    private func sentence(_ deployment: LatestDeployment) -> String {
        let time = TimestampText.minute(deployment.startedAt)
        let one = "the last deployment (\(time), by \(deployment.actor))"
        switch deployment.state {
        case .running: return "a deployment is running since \(time), by \(deployment.actor)"
        case .cutShort: return "\(one) was cut short; the next one carries on"
        case .interrupted: return "\(one) was interrupted; the next one carries on"
        case .failed:
            let place = deployment.migration.map { " in \($0)" } ?? ""
            return "\(one) failed\(place)\(deployment.message.map { ": \($0)" } ?? "")"
        }
    }

    private func details(_ status: EnvironmentStatus) -> [String] {
        var lines: [String] = []
        if let failure = status.failure { lines.append("  \(failure)") }
        if let hold = status.hold {
            lines.append(
                "  on hold since \(TimestampText.minute(hold.since)) by \(hold.by): \(hold.reason)")
        }
        lines += status.deployment.map { ["  \(sentence($0))"] } ?? []
        lines += leftovers(status).map { "  \($0)" }
        lines += ProblemText(console: console).lines(status.problems).map { "  \($0)" }
        lines += status.pending.prefix(Self.longestList).map { "  pending \($0)" }
        let more = status.pending.count - Self.longestList
        if more > 0 { lines.append("  … and \(more) more pending") }
        if let drift = status.drift {
            if drift.isEmpty { lines.append("  no drift: \(drift.sentence)") }
            lines += drift.notes.map { "  note: \($0)" }
        }
        if console.isVerbose { lines += status.notes.map { "  note: \($0)" } }
        return lines.isEmpty ? [] : ["", console.paint(status.name, .strong)] + lines
    }
}
