/// Several actions as one simple-query message, with a map back from what the
/// server says to what was sent.
struct Message {
    /// Where one piece stands in the message.
    struct Placement {
        var action: Int
        var piece: Int
        /// Of the whole message, in Unicode scalars, from 0.
        var characters: Range<Int>
        /// Of the whole message's statements, from 0.
        var statements: Range<Int>
    }

    /// How the results of one action end.
    struct Ending {
        /// The first statement of the action in the message.
        var first: Int
        /// Our COMMITs in it, and the statements behind the last one.
        var commits = 0
        var behind = 0
    }

    private(set) var text = ""
    private(set) var placements: [Placement] = []
    /// One for each action.
    private(set) var endings: [Ending] = []
    /// The actions in it, as indices into the list of all.
    private(set) var actions: Range<Int>
    private var characterCount = 0
    private var statementCount = 0

    init(startingAt action: Int) {
        actions = action..<action
    }

    var isEmpty: Bool { actions.isEmpty }

    /// Adds the next action.
    mutating func append(_ action: Action) {
        var ending = Ending(first: statementCount)
        for (index, piece) in action.pieces.enumerated() {
            let start = characterCount
            let firstStatement = statementCount
            add(piece.sql)
            statementCount += piece.statements
            ending.commits += piece.commits
            ending.behind =
                piece.commits > 0 ? piece.behindCommit : ending.behind + piece.statements
            placements.append(
                Placement(
                    action: actions.upperBound, piece: index, characters: start..<characterCount,
                    statements: firstStatement..<statementCount))
            // A line break first: the piece may end in a line comment.
            add("\n;\n")
        }
        endings.append(ending)
        actions = actions.lowerBound..<actions.upperBound + 1
    }

    private mutating func add(_ sql: String) {
        text += sql
        // Every scalar begins with a byte that continues no other.
        characterCount += sql.utf8.count { $0 & 0xC0 != 0x80 }
    }

    /// The piece a character of the message belongs to.
    ///
    /// - Parameter position: from 1, as the server counts.
    /// - Returns: where that piece stands; `nil` before the first.
    func placement(ofCharacter position: Int) -> Placement? {
        placements.last { $0.characters.lowerBound < position }
    }

    /// The piece a statement of the message belongs to, by its index from 0.
    func placement(ofStatement index: Int) -> Placement? {
        placements.first { $0.statements.contains(index) }
    }
}
