import Foundation
import Testing

@testable import ReleaseCore

@Suite("The name of a new migration")
struct MigrationNameTests {
    /// 2024-03-09 01:02:03 UTC.
    static let moment = Date(timeIntervalSince1970: 1_709_946_123)

    @Test(
        "is a UTC timestamp and words",
        arguments: [
            ("Add jobs", "add_jobs"), ("  --Drop: the  table!! ", "drop_the_table"),
            ("add_jobs", "add_jobs"), ("Über cool", "ber_cool"), ("a/b\\c", "a_b_c"), ("v2", "v2"),
        ])
    func form(_ text: String, _ words: String) {
        let name = MigrationName.make(text, after: [], now: Self.moment)
        #expect(name == "20240309010203_\(words)")
    }

    @Test("sorts behind names of the same moment or of the future")
    func ordering() {
        let names = ["20240309010203_a", "20240309010259_b", "0_init", "20990101_x"]
        #expect(
            MigrationName.make("c", after: names, now: Self.moment) == "20240309010260_c")
        #expect(
            MigrationName.make("c", after: ["20991231235959_x"], now: Self.moment)
                == "20991231235960_c")
    }

    @Test("is never longer than Prisma takes")
    func length() {
        let name = MigrationName.make(String(repeating: "word ", count: 100), after: [])
        #expect(name.utf8.count <= MigrationName.longestText)
    }
}
