import Testing

@testable import ReleaseCore

@Suite("A random UUID")
struct UUID4Tests {
    @Test("is of version 4, in lowercase, and never the same")
    func form() {
        let made = (0..<200).map { _ in UUID4.make() }
        #expect(Set(made).count == made.count)
        for id in made {
            let pattern = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/
            #expect(id.wholeMatch(of: pattern) != nil, "\(id)")
        }
    }

    @Test("bytes become two digits each")
    func digits() {
        #expect(Hexadecimal.encode([0, 1, 0x0F, 0x10, 0xFF]) == "00010f10ff")
    }
}
