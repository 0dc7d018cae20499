/// Which backup is restored where, and what follows.
public struct RestoreRequest: Sendable {
    /// Whose migrations are replayed and whose smoke checks run.
    public var environment: String
    public var source: Source
    public var target: Target
    /// Migrations that are not replayed.
    public var except: Set<String>

    public enum Source: Sendable, Hashable {
        /// An archive or script made by `pg_dump`.
        case archive(String)
        /// The repository of pgBackRest with this stanza, as it was at a time.
        case pgBackRest(stanza: String, targetTime: String?)
    }

    public enum Target: Sendable, Hashable {
        /// An empty database.
        case url(String)
        /// A new database of the repository's private server.
        case sandbox(String)
    }

    public init(
        environment: String, source: Source, target: Target, except: Set<String> = []
    ) {
        self.environment = environment
        self.source = source
        self.target = target
        self.except = except
    }
}

/// What a restore came to.
public struct RestoreReport: Sendable {
    public var environment: String
    public var source: String
    /// Without its password.
    public var target: String
    /// For `psql`; only of the private server, which has no password.
    public var url: String?
    /// The name of a private server of its own, where it has one.
    public var name: String?
    public var tables: Int
    /// What the backup had applied already.
    public var restored: Int
    public var applied: [String]
    public var leftOut: [String]
    /// Migrations that were to be left out and are in the backup.
    public var tooLate: [String]
    /// Why the replay stopped, where it did.
    public var failure: String?
    public var smoke: SmokeRun?
    public var notes: [String]

    /// Whether everything went as it was asked.
    public var isFine: Bool {
        failure == nil && tooLate.isEmpty && smoke?.outcome ?? .passed == .passed
    }
}
