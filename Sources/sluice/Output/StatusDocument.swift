import ReleaseCore

/// The JSON of `sluice status`.
struct StatusDocument: Encodable {
    var environments: [Environment]

    init(_ statuses: [EnvironmentStatus]) {
        environments = statuses.map(Environment.init)
    }

    struct Environment: Encodable {
        var status: EnvironmentStatus

        init(_ status: EnvironmentStatus) {
            self.status = status
        }

        enum CodingKeys: String, CodingKey {
            case name, branch, commit, state, applied, pending, problems, hold, failure, drift
            case reminders, maintenance, deployment
            case lastSmoke = "last_smoke"
        }

        /// By hand, because absent parts are `null` and not left out.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(status.name, forKey: .name)
            try container.encode(status.branch, forKey: .branch)
            try container.encode(status.commit, forKey: .commit)
            try container.encode(status.state, forKey: .state)
            try container.encode(status.applied, forKey: .applied)
            try container.encode(status.pending, forKey: .pending)
            try container.encode(status.problems.map(ProblemDocument.init), forKey: .problems)
            try container.encode(status.hold, forKey: .hold)
            try container.encodeIfPresent(status.failure, forKey: .failure)
            try container.encodeIfPresent(status.drift?.lines, forKey: .drift)
            try container.encode(status.reminders, forKey: .reminders)
            try container.encodeIfPresent(status.maintenance, forKey: .maintenance)
            try container.encodeIfPresent(status.deployment, forKey: .deployment)
            try container.encodeIfPresent(status.lastSmoke?.outcome, forKey: .lastSmoke)
        }
    }
}
