import ArgumentParser

/// The JSON of a command that could not do what it was asked, whatever the command.
struct RefusalDocument: Encodable {
    var error: Refusal

    /// What stderr says too.
    struct Refusal: Encodable {
        var message: String
        /// What state things are in now; empty where nothing was touched.
        var state: String
        var next: [String]
        /// What the process exits with.
        var exitCode: Int32

        enum CodingKeys: String, CodingKey {
            case message, state, next
            case exitCode = "exit_code"
        }
    }

    init(_ explanation: Explanation) {
        error = Refusal(
            message: explanation.what, state: explanation.state, next: explanation.next,
            exitCode: explanation.code.rawValue)
    }

    /// A mistake on the command line.
    init(usage message: String, _ code: ExitCode) {
        error = Refusal(message: message, state: "", next: [], exitCode: code.rawValue)
    }
}

/// The JSON of a deployment that could not even be planned, with the fields of one that was.
struct RefusedDeploymentDocument: Encodable {
    var environment: String?
    var refusal: RefusalDocument

    enum CodingKeys: CodingKey {
        case environment, deployment, verdict, applied, failed, gates, smoke, hotfix, problems
        case notes, reminders, error
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(environment, forKey: .environment)
        try container.encodeNil(forKey: .deployment)
        try container.encode(verdict, forKey: .verdict)
        try container.encodeNil(forKey: .failed)
        try container.encodeNil(forKey: .hotfix)
        let lists: [CodingKeys] = [.applied, .gates, .smoke, .problems, .notes, .reminders]
        for key in lists { try container.encode([String](), forKey: key) }
        try container.encode(refusal.error, forKey: .error)
    }

    private var verdict: String {
        switch ExitCode(refusal.error.exitCode) {
        case .failure: "failed"
        case .interrupted: "interrupted"
        default: "blocked"
        }
    }
}
