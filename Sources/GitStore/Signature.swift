import CGit2

/// Who wrote or committed something, and when.
public struct Signature: Sendable, Hashable, Codable {
    /// The name as Git has it.
    public let name: String
    /// The mail address as Git has it.
    public let email: String
    /// The moment and time zone.
    public let when: GitTime

    /// A signature with the given facts.
    public init(name: String, email: String, when: GitTime) {
        self.name = name
        self.email = email
        self.when = when
    }

    init(_ raw: UnsafePointer<git_signature>) {
        self.init(
            name: String(cString: raw.pointee.name),
            email: String(cString: raw.pointee.email),
            when: GitTime(raw.pointee.when))
    }
}
