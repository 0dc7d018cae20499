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
    }

    public var results: [Result]
    public var duration: Duration

    /// The worst outcome of the required checks.
    public var outcome: Outcome {
        let required = results.filter(\.required).map(\.outcome)
        if required.contains(.failed) { return .failed }
        return required.contains(.error) ? .error : .passed
    }

    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(results)).map { String(decoding: $0, as: UTF8.self) } ?? "[]"
    }
}
