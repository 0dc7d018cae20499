import Testing

@testable import ReleaseCore

@Suite("A message")
struct MessageTests {
    /// Two actions: one piece of ours, the script, one piece of ours.
    static func message() -> Message {
        var message = Message(startingAt: 4)
        message.append(action("SELECT '🐘é'; SELECT 2 -- end", statements: 2))
        message.append(action("SELECT 3", statements: 1))
        return message
    }

    static func action(_ script: String, statements: Int) -> Action {
        Action(
            kind: .transaction, migration: 0, unit: 0,
            pieces: [
                .bookkeeping(["BEGIN", "INSERT"]),
                Piece(role: .script(firstStatement: 0), sql: script, statements: statements),
                .bookkeeping(["UPDATE", "COMMIT"]),
            ], completes: true)
    }

    @Test("keeps pieces apart, also behind a line comment")
    func text() {
        #expect(
            Self.message().text.hasPrefix(
                "BEGIN;\nINSERT\n;\nSELECT '🐘é'; SELECT 2 -- end\n;\nUPDATE;\nCOMMIT\n;\n"))
        #expect(Self.message().actions == 4..<6)
    }

    @Test("finds the piece of a character, counted as the server counts")
    func characters() throws {
        let message = Self.message()
        let scalars = Array(message.text.unicodeScalars)
        for (index, scalar) in scalars.enumerated() where scalar == "🐘" || scalar == "é" {
            let place = try #require(message.placement(ofCharacter: index + 1))
            #expect(place.action == 4)
            #expect(place.piece == 1)
            #expect(index - place.characters.lowerBound < 10)
        }
        let third = try #require(message.text.unicodeScalars.firstIndex(of: "3"))
        let position = message.text.unicodeScalars.distance(
            from: message.text.unicodeScalars.startIndex, to: third)
        #expect(message.placement(ofCharacter: position + 1)?.action == 5)
        #expect(message.placement(ofCharacter: 1)?.piece == 0)
        #expect(message.placement(ofCharacter: scalars.count + 5)?.action == 5)
    }

    @Test("finds the piece of a statement")
    func statements() {
        let message = Self.message()
        let places = (0..<11).map { message.placement(ofStatement: $0) }
        #expect(places.map { $0?.action } == [4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 5])
        #expect(places.map { $0?.piece } == [0, 0, 1, 1, 2, 2, 0, 0, 1, 2, 2])
        #expect(message.placement(ofStatement: 11) == nil)
    }

    private static func ends(_ message: Message, _ tags: String) -> [Int?] {
        var progress = MessageProgress(message)
        return tags.split(separator: " ").map {
            progress.take(String($0))
        }
    }

    @Test("knows the end of an action by its COMMIT, however many results there are")
    func endings() {
        let message = Self.message()
        #expect(
            Self.ends(message, "BEGIN INSERT S S UPDATE COMMIT BEGIN INSERT S UPDATE COMMIT")
                == [nil, nil, nil, nil, nil, 4, nil, nil, nil, nil, 5])
        #expect(
            Self.ends(message, "BEGIN INSERT S S S S S UPDATE COMMIT BEGIN")
                == [nil, nil, nil, nil, nil, nil, nil, nil, 4, nil])
        var progress = MessageProgress(message)
        for tag in ["BEGIN", "INSERT", "S", "S", "S", "UPDATE", "COMMIT", "BEGIN", "INSERT"] {
            _ = progress.take(tag)
        }
        #expect(progress.completedStatements == 8)
    }

    @Test("waits for what stands behind the COMMIT, and for what needs none")
    func endingsWithoutCommit() {
        var message = Message(startingAt: 0)
        for pieces in [
            [Piece.bookkeeping(["SELECT 1", "SELECT 2"])],
            [.bookkeeping(["BEGIN", "COMMIT", "BEGIN", "COMMIT"]), .bookkeeping(["SET x"])],
        ] {
            message.append(
                Action(
                    kind: .transaction, migration: 0, unit: nil, pieces: pieces, completes: false))
        }
        #expect(
            Self.ends(message, "S S BEGIN COMMIT BEGIN COMMIT SET")
                == [nil, 0, nil, nil, nil, nil, 1])
    }

    @Test("copes with a script without statements")
    func emptyScript() {
        var message = Message(startingAt: 0)
        message.append(Self.action("-- nothing", statements: 0))
        #expect(Self.ends(message, "BEGIN INSERT UPDATE COMMIT") == [nil, nil, nil, 0])
    }
}
