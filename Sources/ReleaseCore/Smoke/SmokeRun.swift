import Foundation

/// The results of running an environment's smoke checks once.
public struct SmokeRun: Sendable, Hashable {
    public enum Outcome: String, Sendable, Hashable, Codable {
        case passed
        /// A definite no.
        case failed
        /// It could not be decided: the thing to ask was not reachable.
        case error
    }

    /// One check's result.
    public struct Result: Sendable, Hashable, Codable {
        public var name: String
        public var outcome: Outcome
        public var milliseconds: Int
        /// What was seen, one sentence.
        public var detail: String
        public var required: Bool
        /// `sql`, `http`, `scenario`, `command`, `metrics`, or `verify`.
        public var kind: String
        public var attempts: Int
        /// What the thing that was asked wrote, where it did not pass.
        public var output: String?

        init(
            _ check: SmokeCheck, _ result: CheckResult, milliseconds: Int64, attempts: Int
        ) {
            name = check.name
            outcome = result.outcome
            self.milliseconds = Int(milliseconds)
            detail = result.detail
            required = check.required
            kind = check.kind
            self.attempts = attempts
            output = result.outcome == .passed ? nil : result.output
        }

        /// Something that sluice itself has looked at after a deployment.
        init(verified name: String, _ outcome: Outcome, _ detail: String, required: Bool = true) {
            self.name = name
            self.outcome = outcome
            milliseconds = 0
            self.detail = detail
            self.required = required
            kind = "verify"
            attempts = 1
        }
    }

    public var results: [Result]
    public var duration: Duration
    /// Whether every check ran; one by tag leaves out the others and proves nothing.
    public var isComplete = true

    /// The worst outcome of the required checks.
    public var outcome: Outcome {
        let required = results.filter(\.required).map(\.outcome)
        if required.contains(.failed) { return .failed }
        return required.contains(.error) ? .error : .passed
    }

    /// The required checks that stand in the way, by name.
    public var obstacles: [Result] { results.filter { $0.required && $0.outcome != .passed } }

    /// Whether something said no that a migration can be to blame for.
    public var blamesMigrations: Bool {
        obstacles.contains { $0.outcome == .failed && $0.name != Self.maintenance }
    }

    /// The name under which maintenance mode that cannot be lifted is a failed check.
    static let maintenance = "maintenance mode off"

    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(results)).map { String(decoding: $0, as: UTF8.self) } ?? "[]"
    }
}
