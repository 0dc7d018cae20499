/// What `sluice.yml` says.
public struct Configuration: Sendable, Hashable {
    /// The name of the file at the repository root.
    public static let fileName = "sluice.yml"

    /// Path of the migrations folder inside the repository.
    public var migrationsPath: String
    /// Path of the Prisma schema inside the repository.
    public var schemaPath: String
    /// In the order of the file.
    public var environments: [EnvironmentConfiguration]

    public init(
        migrationsPath: String = "prisma/migrations", schemaPath: String = "prisma/schema.prisma",
        environments: [EnvironmentConfiguration]
    ) {
        self.migrationsPath = migrationsPath
        self.schemaPath = schemaPath
        self.environments = environments
    }

    /// Without a file: one environment on the current branch, its database in
    /// `DATABASE_URL`, as `prisma migrate deploy` has it.
    public static let withoutFile = Configuration(environments: [
        EnvironmentConfiguration(
            name: "default", database: Template(raw: "${DATABASE_URL}", line: 0))
    ])

    public func environment(named name: String) -> EnvironmentConfiguration? {
        environments.first { $0.name == name }
    }
}

/// A named database with the branch that feeds it, its gates and smoke checks.
public struct EnvironmentConfiguration: Sendable, Hashable {
    public var name: String
    /// The branch that feeds it; the current one when absent.
    public var branch: String?
    /// A URL with `${NAME}` references, or the word `sandbox`.
    public var database: Template
    /// The upstream: the environment that must have proven a migration first.
    public var promotesFrom: String?
    public var gates: [GateConfiguration]
    public var smoke: [SmokeCheck]
    /// How many smoke checks run at a time.
    public var smokeConcurrency = usualConcurrency
    public var deploy: DeploySettings
    /// What follows once a plan is applied.
    public var after = AfterDeployment()
    /// Whether a merge to its branch is deployed without anybody asking for it;
    /// `nil` where the file does not say.
    public var auto: Bool?

    /// What `concurrency` is where it is not said.
    public static let usualConcurrency = 10

    public init(
        name: String, branch: String? = nil, database: Template, promotesFrom: String? = nil,
        gates: [GateConfiguration] = [], smoke: [SmokeCheck] = [], deploy: DeploySettings = .init(),
        auto: Bool? = nil
    ) {
        self.name = name
        self.branch = branch
        self.database = database
        self.promotesFrom = promotesFrom
        self.gates = gates
        self.smoke = smoke
        self.deploy = deploy
        self.auto = auto
    }

    /// Whether its database is a private PostgreSQL that sluice starts itself.
    public var isSandboxed: Bool { database.raw == "sandbox" }

    /// The variables its configuration refers to.
    var references: Set<String> {
        Set(database.references + smoke.flatMap(\.references) + after.references)
    }
}

/// How a deployment treats locks and time.
public struct DeploySettings: Sendable, Hashable {
    /// How long one statement may wait for a lock; zero means without end.
    public var lockTimeout: Duration
    /// How often a migration is tried again when a lock was not to be had.
    public var lockRetries: Int
    /// How long one statement may run; zero means without end.
    public var statementTimeout: Duration

    public init(
        lockTimeout: Duration = .seconds(5), lockRetries: Int = 10,
        statementTimeout: Duration = .zero
    ) {
        self.lockTimeout = lockTimeout
        self.lockRetries = lockRetries
        self.statementTimeout = statementTimeout
    }
}

/// A gate as configured: its name and its settings as text.
public struct GateConfiguration: Sendable, Hashable {
    public var gate: GateName
    /// Scalar settings by key, for example `soak: 30m`.
    public var settings: [String: String]
    /// List settings by key, for example the windows of `allow`.
    public var lists: [String: [String]]
    /// Whether a gate that the environment would have by itself is switched off.
    public var isOff = false
    public var line: Int

    public init(
        gate: GateName, settings: [String: String] = [:], lists: [String: [String]] = [:],
        line: Int = 0
    ) {
        self.gate = gate
        self.settings = settings
        self.lists = lists
        self.line = line
    }

    /// A setting that may be one value or a list of them.
    func values(_ key: String) -> [String] { lists[key] ?? settings[key].map { [$0] } ?? [] }

    /// The people and CI identities that may go past the gate.
    var overridableBy: [String] { values("overridable_by") }
}
