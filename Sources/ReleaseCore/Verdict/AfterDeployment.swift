/// What follows once the migrations of a plan are applied, as configured.
public struct AfterDeployment: Sendable, Hashable {
    /// How long the checks are repeated before the verdict; `nil` for not at all.
    public var bake: Bake?
    /// What happens when a required check has failed.
    public var onFailure = OnFailure.propose
    /// How the application is taken out of service and back; `nil` where it cannot be.
    public var maintenance: MaintenanceSettings?
    /// Who is told what a deployment came to.
    public var notify: [NotificationTarget] = []
    /// What people have to do afterwards, a sentence each.
    public var reminders: [String] = []

    public init() {}

    /// Watching a deployment for a while.
    public struct Bake: Sendable, Hashable {
        public var duration: Duration
        /// From the end of one round of checks to the start of the next.
        public var every: Duration
        /// Only checks with one of these; all when empty.
        public var tags: [String]

        public init(duration: Duration, every: Duration? = nil, tags: [String] = []) {
            self.duration = duration
            self.every = every ?? max(.milliseconds(100), min(.seconds(30), duration / 10))
            self.tags = tags
        }
    }

    /// What a required check that failed leads to, besides the hold.
    public enum OnFailure: String, Sendable, Hashable, CaseIterable {
        /// The command that opens a hotfix is printed.
        case propose
        /// The hotfix is opened.
        case hotfix
    }

    /// The variables it refers to.
    var references: [String] {
        (maintenance?.references ?? []) + notify.flatMap(\.references)
    }
}

/// How the application is taken out of service and back.
public struct MaintenanceSettings: Sendable, Hashable {
    public var on: Switch
    /// May run more than once, and without ``on`` having run.
    public var off: Switch
    /// Whether every deployment runs under it.
    public var isUsual: Bool

    public init(on: Switch, off: Switch, isUsual: Bool = false) {
        self.on = on
        self.off = off
        self.isUsual = isUsual
    }

    /// One way of switching.
    public enum Switch: Sendable, Hashable {
        case sql(String)
        case http(HTTPRequest, HTTPExpectation)
        case command(CommandCheck)
    }

    var references: [String] {
        [on, off].flatMap { way in
            switch way {
            case .sql(let sql): Template(raw: sql).references
            case .http(let request, _): request.references
            case .command(let command): command.environment.values.flatMap(\.references)
            }
        }
    }
}

/// Where a deployment's outcome is told.
public struct NotificationTarget: Sendable, Hashable {
    public enum Form: Sendable, Hashable {
        /// The JSON of ``Notification``.
        case webhook
        /// `{"text": …}`, which Slack and what imitates it take.
        case slack
    }

    public var form: Form
    public var url: Template
    public var headers: [String: Template]
    /// The verdicts that are told.
    public var verdicts: [Verdict]

    /// What is told where nothing is said.
    public static let usual: [Verdict] = [.succeeded, .failed, .degraded, .interrupted]

    public init(
        form: Form, url: Template, headers: [String: Template] = [:], verdicts: [Verdict] = usual
    ) {
        self.form = form
        self.url = url
        self.headers = headers
        self.verdicts = verdicts
    }

    var references: [String] { ([url] + headers.values).flatMap(\.references) }
}
