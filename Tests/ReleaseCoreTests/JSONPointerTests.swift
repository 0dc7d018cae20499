import Foundation
import Testing

@testable import ReleaseCore

@Suite("A JSON pointer")
struct JSONPointerTests {
    /// RFC 6901, section 5.
    private static let document = """
        { "foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\\\j": 5,
          "k\\"l": 6, " ": 7, "m~n": 8 }
        """

    @Test(
        "finds what the RFC says",
        arguments: [
            ("/foo", #"["bar","baz"]"#), ("/foo/0", #""bar""#), ("/", "0"), ("/a~1b", "1"),
            ("/c%d", "2"), ("/e^f", "3"), ("/g|h", "4"), ("/i\\j", "5"), ("/k\"l", "6"),
            ("/ ", "7"), ("/m~0n", "8"),
        ])
    func examples(_ pointer: String, _ value: String) throws {
        let root = try JSONDecoder().decode(JSONValue.self, from: Data(Self.document.utf8))
        #expect(JSONPointer(pointer)?.value(in: root)?.json == value)
        #expect(JSONPointer("")?.value(in: root) == root)
    }

    @Test(
        "finds nothing where nothing is",
        arguments: ["/nope", "/foo/2", "/foo/01", "/foo/-", "/a~1b/x"])
    func nothing(_ pointer: String) throws {
        let root = try JSONDecoder().decode(JSONValue.self, from: Data(Self.document.utf8))
        #expect(try #require(JSONPointer(pointer)).value(in: root) == nil)
    }

    @Test("is refused where it is none", arguments: ["foo", "/a~", "/a~2", "#/foo"])
    func refused(_ text: String) {
        #expect(JSONPointer(text) == nil)
    }

    @Test("compares numbers as JSON does, and long ones exactly")
    func numbers() throws {
        let values = try JSONDecoder().decode(
            [JSONValue].self, from: Data("[1, 1.0, 9007199254740993, 9007199254740992]".utf8))
        #expect(values[0].equals(values[1]))
        #expect(!values[2].equals(values[3]))
        #expect(!JSONValue.string("1").equals(.integer(1)))
    }
}
