/// What a deployment came to.
public enum Verdict: String, Sendable, Hashable, Codable {
    case succeeded
    /// The SQL failed.
    case failed
    /// Applied, and a required smoke check failed.
    case degraded
    /// A gate, a hold or a problem stood in the way; nothing changed.
    case blocked
    /// Somebody stopped it; what ran was rolled back.
    case interrupted
    case nothingToDo = "nothing-to-do"
}
