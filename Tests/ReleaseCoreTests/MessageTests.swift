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

    @Test("finds the piece of a statement and the end of an action")
    func statements() {
        let message = Self.message()
        let places = (0..<11).map { message.placement(ofStatement: $0) }
        #expect(places.map { $0?.action } == [4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 5])
        #expect(places.map { $0?.piece } == [0, 0, 1, 1, 2, 2, 0, 0, 1, 2, 2])
        #expect(message.placement(ofStatement: 11) == nil)
        #expect((0..<12).filter { message.action(endingAt: $0) != nil } == [5, 10])
        #expect(message.action(endingAt: 10) == 5)
    }

    @Test("copes with a script without statements")
    func emptyScript() {
        var message = Message(startingAt: 0)
        message.append(Self.action("-- nothing", statements: 0))
        #expect((0..<5).filter { message.action(endingAt: $0) != nil } == [3])
    }
}
