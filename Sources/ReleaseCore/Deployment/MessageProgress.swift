/// How far the server has come with a message.
///
/// Results are no measure of it: a rule DO ALSO SELECT makes one statement send several.
/// What no rule can send is the result of a COMMIT, and the COMMITs in a message are ours.
struct MessageProgress {
    private let message: Message
    /// The action at work, counted in the message.
    private var current = 0
    private var results = 0
    private var commits = 0
    private var behind = 0

    init(_ message: Message) {
        self.message = message
    }

    /// The statements that are known to be finished: exact up to the beginning of the action
    /// at work, in it one for each result.
    var completedStatements: Int {
        current < message.endings.count
            ? message.endings[current].first + results
            : message.placements.last?.statements.upperBound ?? 0
    }

    /// Takes the command tag of the next result.
    ///
    /// - Returns: the action that ends with it, as an index into the list of all.
    mutating func take(_ tag: String) -> Int? {
        guard current < message.endings.count else { return nil }
        let ending = message.endings[current]
        results += 1
        if commits == ending.commits {
            behind += 1
        } else if tag == "COMMIT" {
            commits += 1
        }
        guard commits == ending.commits, behind >= ending.behind else { return nil }
        defer { (current, results, commits, behind) = (current + 1, 0, 0, 0) }
        return message.actions.lowerBound + current
    }
}
