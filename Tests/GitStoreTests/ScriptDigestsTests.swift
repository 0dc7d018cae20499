import Foundation
import GitStore
import Testing

@Suite struct ScriptDigestsTests {
    private func digests(_ text: String) -> ScriptDigests { .of(Array(text.utf8)) }

    /// Vectors of Prisma's own tests.
    @Test(arguments: [
        ("hello", "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"),
        (
            "CREATE ENUM MyBoolean ( \"TRUE\", \"FALSE\" )",
            "e0c9674d3b332d71b8bc304aae5b7b8a8bb8ec720e07072429fb20d8cc69a864"
        ),
        (
            "DROP ENUM MyBoolean",
            "822db1ee793d76eaa1319eb2c453a7ec92ab6ec235268b4d27ac395c6c5a6e0f"
        ),
    ])
    func checksumIsSHA256OfTheBytes(_ text: String, _ checksum: String) {
        #expect(digests(text).asIs == checksum)
        #expect(digests(text).matches(stored: checksum))
    }

    @Test func legacyFormWithoutLeadingZeros() {
        let script =
            "-- CreateTable\nCREATE TABLE \"Blog\" (\n"
            + "    \"id\" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,\n"
            + "    \"viewCount20\" INTEGER NOT NULL\n);\n"
        let digests = digests(script)
        #expect(
            digests.asIs == "d57e2042fcd9a3ed1b003b1f9a3a1fe754dd1ed667045e9c7ac90bcf59ad470d")
        #expect(
            digests.matches(stored: "d57e2042fcd9a3ed1b03b1f9a3a1fe754dd1ed66745e9c7ac9bcf59ad47d"))
        #expect(
            self.digests("-- CreateTable\nCREATE BROKEN SCRIPT\n").matches(
                stored: "a276804460e74466eeb7622626cd70683de3483a9da664d9ad0956229c6de"))
        #expect(!digests.matches(stored: ""))
        #expect(!digests.matches(stored: "d57e"))
    }

    @Test func lineEndingsDoNotMatterAndLoneCarriageReturnsDo() {
        let unix = digests("ab\ncd\nef\ngh\rab")
        let windows = digests("ab\r\ncd\r\nef\r\ngh\rab")
        #expect(unix.matches(stored: windows.asIs))
        #expect(windows.matches(stored: unix.asIs))
        #expect(unix.lf == windows.lf)
        #expect(unix.crlf == windows.asIs)
        #expect(windows.crlf == digests("ab\r\r\ncd\r\r\nef\r\r\ngh\rab").asIs)
        #expect(!digests("ab\ncd\nef\ngh\nab").matches(stored: unix.asIs))
    }

    @Test func lastLineBreakMatters() {
        #expect(!digests("abc\n").matches(stored: digests("abc").asIs))
    }

    @Test func codingKeepsTheChecksums() throws {
        let digests = digests("a\r\nb\n")
        let data = try JSONEncoder().encode(digests)
        #expect(try JSONDecoder().decode(ScriptDigests.self, from: data) == digests)
        #expect(String(decoding: data, as: UTF8.self).contains(digests.crlf))
    }
}
