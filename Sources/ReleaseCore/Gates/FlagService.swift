import Foundation

/// Asks a command or an address whether a feature flag is on.
struct FlagService: Sendable {
    let configuration: GateConfiguration
    let question: ProgramQuestion
    let environment: String

    /// Blocks until there is an answer.
    func state(of flag: FeatureFlagGate.Flag) -> FeatureFlagGate.State {
        do {
            if let command = configuration.settings["command"] {
                return try asked(command, flag.name)
            }
            if let url = configuration.settings["url"] { return try fetched(url, flag.name) }
            return .unknown("the gate feature_flag names neither command nor url.")
        } catch let failure as HTTPFailure {
            return .unknown(question.mask.mask("\(failure)"))
        } catch {
            return .unknown(question.mask.mask("\(error)"))
        }
    }

    private func asked(_ command: String, _ flag: String) throws -> FeatureFlagGate.State {
        let answer = try question.ask(
            command, ["SLUICE_FLAG": flag, "SLUICE_ENVIRONMENT": environment])
        guard answer.status == 0, !answer.isLate else {
            return .unknown("the command ended with \(answer.status): \(answer.text)")
        }
        return FeatureFlagGate.state(answer.text)
    }

    /// `{flag}` in the address stands for the flag's name.
    private func fetched(_ url: String, _ flag: String) throws -> FeatureFlagGate.State {
        let address = try Template(raw: url).resolve(question.variables)
            .replacing("{flag}", with: PercentCoding.encode(flag))
        let client = HTTPClient(variables: question.variables, interrupt: Interrupt())
        let answer = try client.send(
            .init(
                method: "GET", url: address, headers: [], body: nil, redirects: 5,
                bodyLimit: 1 << 16),
            timeout: question.timeout)
        guard (200...299).contains(answer.status) else {
            return .unknown("the address answered \(answer.status).")
        }
        return FeatureFlagGate.state(String(decoding: answer.body, as: UTF8.self))
    }
}
