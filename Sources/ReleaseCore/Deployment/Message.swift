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

    private(set) var text = ""
    private(set) var placements: [Placement] = []
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
        for (index, piece) in action.pieces.enumerated() {
            let start = characterCount
            let firstStatement = statementCount
            add(piece.sql)
            statementCount += piece.statements
            placements.append(
                Placement(
                    action: actions.upperBound, piece: index, characters: start..<characterCount,
                    statements: firstStatement..<statementCount))
            // A line break first: the piece may end in a line comment.
            add("\n;\n")
        }
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

    /// The action that is committed when the statement with this index completes.
    func action(endingAt statement: Int) -> Int? {
        guard let place = placement(ofStatement: statement),
            place.statements.upperBound == statement + 1
        else { return nil }
        return placements.last { $0.action == place.action }?.piece == place.piece
            ? place.action : nil
    }
}
