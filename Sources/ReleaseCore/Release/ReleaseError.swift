/// Why a command cannot do what it was asked, in the four parts a person
/// needs: what happened, where, what state things are in, what to do next.
public struct ReleaseError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Decides the exit code.
    public enum Kind: Sendable, Hashable {
        /// The operation itself failed.
        case failed
        /// A gate or a hold stands in the way.
        case blocked
        /// History or branch need a person.
        case needsAttention
        /// Trying again later may help.
        case tryAgain
        /// The command line or the configuration is wrong.
        case usage
        /// Somebody stopped it.
        case interrupted
    }

    public var kind: Kind
    /// What happened, a sentence.
    public var what: String
    /// What state things are in now; empty where nothing was touched.
    public var state: String
    /// What to do next: sentences or commands.
    public var next: [String]
    /// Whether the server answers, and what it keeps of releases cannot be worked with.
    var concernsRecords = false
    /// Whether the branch that feeds the environment is not there.
    var missesBranch = false

    public init(_ kind: Kind, _ what: String, state: String = "", next: [String] = []) {
        self.kind = kind
        self.what = what
        self.state = state
        self.next = next
    }

    public var description: String {
        ([what, state] + next).filter { !$0.isEmpty }.joined(separator: "\n")
    }
}
