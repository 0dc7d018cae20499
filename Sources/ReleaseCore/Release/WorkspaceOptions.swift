/// What a workspace is opened with. The command line fills it in; nothing
/// below it reads the process's environment.
public struct WorkspaceOptions: Sendable {
    /// Where to look for the repository, upwards.
    public var repositoryPath: String
    /// A configuration file on disk to use instead of the committed one.
    public var configurationFile: String?
    /// The revision whose configuration names the environments, where it is not the
    /// work tree's or HEAD's.
    public var configurationRevision: String?
    /// A plain folder of migrations to use instead of a repository.
    public var migrationsDirectory: String?
    /// The variables that `${NAME}` refers to.
    public var variables: [String: String]
    /// Who runs this, for the ledger.
    public var actor: String
    /// Who signs commits, where it is not Git's configuration that says so.
    public var author: Author?
    /// The folder for kept sandboxes.
    public var sandboxBase: String
    /// A folder with PostgreSQL's programs, where the usual places are not wanted.
    public var serverBindir: String?

    /// A person as Git knows them.
    public struct Author: Sendable, Hashable {
        public var name: String
        public var email: String

        public init(name: String, email: String) {
            self.name = name
            self.email = email
        }
    }

    public init(
        repositoryPath: String = ".", configurationFile: String? = nil,
        migrationsDirectory: String? = nil, variables: [String: String], actor: String,
        author: Author? = nil, sandboxBase: String, serverBindir: String? = nil
    ) {
        self.repositoryPath = repositoryPath
        self.configurationFile = configurationFile
        self.migrationsDirectory = migrationsDirectory
        self.variables = variables
        self.actor = actor
        self.author = author
        self.sandboxBase = sandboxBase
        self.serverBindir = serverBindir
    }
}
