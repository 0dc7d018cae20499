import Foundation

/// What a risky migration needs is behind a feature flag that is off.
struct FeatureFlagGate {
    /// A flag that a pending migration names with `-- sluice:flag NAME`.
    struct Flag: Sendable, Hashable {
        var name: String
        var migration: String
    }

    enum State: Sendable, Hashable {
        case off
        case on
        /// Why it is not known.
        case unknown(String)
    }

    var states: [(flag: Flag, state: State)]

    var result: GateResult {
        guard !states.isEmpty else {
            return GateResult(.featureFlag, .pass, "no pending migration names a flag.")
        }
        let open = states.filter { $0.state != .off }
        guard let first = open.first else {
            let names = states.map(\.flag.name).joined(separator: ", ")
            return GateResult(.featureFlag, .pass, "off: \(names).")
        }
        let name = first.flag.name
        let words: String
        if case .unknown(let reason) = first.state {
            words =
                "whether the flag \(name) of \(first.flag.migration) is off is not known: \(reason)"
        } else {
            words = "the flag \(name) of \(first.flag.migration) is on."
        }
        return GateResult(
            .featureFlag, .block, words,
            details: open.count == 1 ? [] : open.map { "\($0.flag.name): \($0.state)" },
            wayOut: "switch the flag \(name) off, then run it again")
    }

    /// Reads `off`, `false`, `0`, `{"enabled": false}` and their opposites.
    static func state(_ answer: String) -> State {
        let word = answer.trimmingCharacters(in: .whitespacesAndNewlines).lowercased()
        if ["off", "false", "0", "no", "disabled"].contains(word) { return .off }
        if ["on", "true", "1", "yes", "enabled"].contains(word) { return .on }
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(answer.utf8)),
            case .object(let members) = value
        else { return .unknown("the answer is “\(answer.prefix(60))”, neither on nor off.") }
        for key in ["enabled", "value", "state", "on", "active"] {
            guard let member = members[key] else { continue }
            if case .object = member { continue }
            return state(member.text)
        }
        return .unknown("the answer has no “enabled”.")
    }
}
