import Testing

@testable import ReleaseCore

@Suite("The nearest word")
struct NearestWordTests {
    static let words = ["branch", "database", "promotes_from", "gates", "smoke", "deploy"]

    @Test(
        "is found for a slip of the fingers",
        arguments: [
            ("brnach", "branch"), ("databse", "database"), ("promote_from", "promotes_from"),
            ("gate", "gates"), ("Smoke", "smoke"), ("deploys", "deploy"), ("branch", "branch"),
        ])
    func found(_ word: String, _ nearest: String) {
        #expect(NearestWord.to(word, among: Self.words) == nearest)
    }

    @Test("is not made up for another word", arguments: ["upstream", "", "x", "🐘🐘🐘🐘"])
    func notFound(_ word: String) {
        #expect(NearestWord.to(word, among: Self.words) == nil)
        #expect(NearestWord.to(word, among: [String]()) == nil)
    }
}
