import ReleaseCore
import Synchronization

/// Counts what a watcher does, for Prometheus.
final class WatchMeter: Sendable {
    fileprivate struct Environment {
        var looks = 0
        var deployments: [String: Int] = [:]
        var migrations = 0
        var state = "unknown"
        var lastLook = ContinuousClock.now
    }

    private struct State {
        var environments: [String: Environment] = [:]
        var remoteFailures = 0
        var lastTurn = ContinuousClock.now
    }

    private let state = Mutex(State())
    /// The words of `state` in the metrics.
    private static let words = [
        "up-to-date", "blocked", "failed", "held", "unreachable", "elsewhere", "unusable",
    ]

    /// Called from the thread of each environment.
    func count(_ event: WatchEvent) {
        state.withLock { state in
            switch event {
            case .outcome(let name, let outcome, _):
                var environment = state.environments[name] ?? Environment()
                environment.count(outcome)
                state.environments[name] = environment
            case .remote(.some): state.remoteFailures += 1
            case .turn: state.lastTurn = .now
            default: break
            }
        }
    }

    /// Whether the watcher has gone round lately.
    func isAlive(within limit: Duration) -> Bool {
        state.withLock { ContinuousClock.now - $0.lastTurn < limit }
    }

    /// In Prometheus's text format.
    var text: String {
        let state = state.withLock { $0 }
        let environments = state.environments.sorted { $0.key < $1.key }
        var lines = ["# TYPE sluice_watch_looks_total counter"]
        lines += environments.map {
            "sluice_watch_looks_total\(Self.label($0.key)) \($0.value.looks)"
        }
        lines.append("# TYPE sluice_deployments_total counter")
        for (name, environment) in environments {
            for (verdict, count) in environment.deployments.sorted(by: { $0.key < $1.key }) {
                lines.append(
                    "sluice_deployments_total\(Self.label(name, ("verdict", verdict))) \(count)")
            }
        }
        lines.append("# TYPE sluice_migrations_applied_total counter")
        lines += environments.map {
            "sluice_migrations_applied_total\(Self.label($0.key)) \($0.value.migrations)"
        }
        lines.append("# TYPE sluice_environment_state gauge")
        for (name, environment) in environments {
            lines += Self.words.map {
                "sluice_environment_state\(Self.label(name, ("state", $0))) \(environment.state == $0 ? 1 : 0)"
            }
        }
        lines.append("# TYPE sluice_watch_seconds_since_look gauge")
        lines += environments.map {
            let age = ContinuousClock.now - $0.value.lastLook
            return "sluice_watch_seconds_since_look\(Self.label($0.key)) \(age.components.seconds)"
        }
        lines.append("# TYPE sluice_remote_failures_total counter")
        lines.append("sluice_remote_failures_total \(state.remoteFailures)")
        return lines.joined(separator: "\n") + "\n"
    }

    private static func label(_ environment: String, _ more: (String, String)...) -> String {
        let pairs = [("environment", environment)] + more
        let texts = pairs.map { name, value in
            let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
                .replacing("\n", with: "\\n")
            return "\(name)=\"\(escaped)\""
        }
        return "{\(texts.joined(separator: ","))}"
    }
}

extension WatchMeter.Environment {
    fileprivate mutating func count(_ outcome: WatchOutcome) {
        looks += 1
        lastLook = .now
        switch outcome {
        case .upToDate: state = "up-to-date"
        case .ran(let report):
            deployments[report.verdict.rawValue, default: 0] += 1
            migrations += report.applied.count
            state =
                report.verdict == .succeeded
                ? "up-to-date" : report.verdict == .degraded ? "held" : "failed"
        case .blocked: state = "blocked"
        case .failedBefore: state = "failed"
        case .held, .putOnHold: state = "held"
        case .elsewhere: state = "elsewhere"
        case .tryAgain: state = "unreachable"
        case .interrupted: break
        case .unusable: state = "unusable"
        }
    }
}
