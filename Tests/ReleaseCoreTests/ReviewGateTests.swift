import GitStore
import Testing

@testable import ReleaseCore

@Suite("Reviews")
struct ReviewGateTests {
    static let ada = Person(name: "Ada", email: "ada@example.com")
    static let mia = Person(name: "Mia", email: "mia@example.com")
    static let ben = Person(name: "Ben", email: "ben@example.com")

    private func approval(_ person: Person, objection: String? = nil) -> Approval {
        Approval(
            digest: Make.digest, person: person, actor: "a", signature: nil, at: "noon",
            objection: objection)
    }

    private func outcome(_ evidence: ReviewGate.Evidence, wanted: Int = 1) -> GateResult {
        ReviewGate(
            plan: Make.plan([Make.planned("1", "SELECT 1"), Make.planned("2", "SELECT 2")]),
            wanted: wanted, authors: [Self.ada], evidence: evidence
        ).result
    }

    @Test("somebody else than the authors has to approve")
    func approvals() {
        #expect(outcome(.approvals([])).outcome == .block)
        #expect(
            outcome(.approvals([])).wayOut?.contains("sluice approve production --plan") == true)
        #expect(outcome(.approvals([approval(Self.mia)])).outcome == .pass)
        #expect(outcome(.approvals([approval(Self.ada)])).outcome == .block)
        let renamed = Person(name: "ADA", email: "ada@home.example")
        #expect(outcome(.approvals([approval(renamed)])).outcome == .block)
        let same = Person(name: "A. Lovelace", email: "Ada@Example.com")
        #expect(outcome(.approvals([approval(same)])).outcome == .block)
    }

    @Test("one person counts once, whatever the address")
    func distinct() {
        let again = Person(name: "Mia", email: "mia@home.example")
        let twice: ReviewGate.Evidence = .approvals([approval(Self.mia), approval(again)])
        #expect(outcome(twice, wanted: 2).outcome == .block)
        let two: ReviewGate.Evidence = .approvals([approval(Self.mia), approval(Self.ben)])
        #expect(outcome(two, wanted: 2).outcome == .pass)
    }

    @Test("an approval whose signature does not hold counts for nothing, and says why")
    func objections() {
        let result = outcome(.approvals([approval(Self.mia, objection: "it is not signed")]))
        #expect(result.outcome == .block)
        #expect(result.details == ["Mia <mia@example.com>: it is not signed"])
    }

    @Test("every migration needs its trailers")
    func trailers() {
        #expect(outcome(.trailers(["1": [Self.mia], "2": [Self.ben]])).outcome == .pass)
        #expect(outcome(.trailers(["1": [Self.mia], "2": [Self.ada]])).outcome == .block)
        #expect(outcome(.trailers(["1": [Self.mia]])).outcome == .block)
        #expect(outcome(.failure("no repository")).outcome == .block)
    }

    @Test("a mailmap makes nobody somebody else than the author")
    func disguised() throws {
        let map = try Mailmap(Array("Eve <eve@example.com> <ada@example.com>\n".utf8))
        let eve = Person(name: "Ada", email: "ada@example.com", map)
        #expect(eve.email == "eve@example.com")
        #expect(outcome(.approvals([approval(eve)])).outcome == .block)
        let map2 = try Mailmap(Array("Eve <eve@example.com> <x@example.com>\n".utf8))
        let author = Person(name: "X", email: "x@example.com", map2)
        #expect(author.isSame(as: Person(name: "Other", email: "X@example.com")))
        #expect(!author.isSame(as: Self.mia))
    }

    @Test("trailers stand in the last paragraph")
    func trailerReading() {
        let message = """
            Merge branch

            Reviewed-by: Nobody <nobody@example.com>

            Approved-By: Mia  Example <mia@example.com>
            Signed-off-by: Ada <ada@example.com>
            reviewed-by: Ben <ben@example.com>

            """
        let people = Trailers.values(of: ["reviewed-by", "approved-by"], in: message)
            .compactMap { Person($0) }
        #expect(people.map(\.text) == ["Mia Example <mia@example.com>", "Ben <ben@example.com>"])
    }

    @Test("a mailmap says who is who")
    func mailmap() throws {
        let text = """
            Ada Lovelace <ada@example.com> <countess@example.org>
            Mia <mia@example.com> M <m@old.example>
            """
        let map = try Mailmap(Array(text.utf8))
        let person = Person(name: "The Countess", email: "countess@example.org", map)
        #expect(person.text == "Ada Lovelace <ada@example.com>")
        #expect(Person(name: "M", email: "m@old.example", map).text == "Mia <mia@example.com>")
        #expect(Person(name: "X", email: "x@example.com", map).text == "X <x@example.com>")
        #expect(Person(name: "X", email: "x@y", try Mailmap(nil)).text == "X <x@y>")
    }
}
