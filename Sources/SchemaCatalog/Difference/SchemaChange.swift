/// One way in which two schemas differ.
public struct SchemaChange: Sendable, Hashable {
    public var object: SchemaObjectID
    public var kind: Kind
    public var aspect: Aspect

    public enum Kind: String, Sendable, Hashable {
        case added, removed, changed

        /// `+`, `-` or `~`.
        public var mark: String {
            switch self {
            case .added: "+"
            case .removed: "-"
            case .changed: "~"
            }
        }
    }

    /// What about the object differs.
    public enum Aspect: String, Sendable, Hashable {
        case definition, comment, grants
    }

    /// `[-] column public.jobs.title`, `[~] comment on table public.jobs`.
    public var line: String {
        switch aspect {
        case .definition: "[\(kind.mark)] \(object)"
        case .comment: "[\(kind.mark)] comment on \(object)"
        case .grants: "[\(kind.mark)] grants on \(object)"
        }
    }
}
