import GitStore
import Testing

/// The expected orders were taken from `localeCompare` of Node 20 (ICU 78).
@Suite struct MigrationOrderTests {
    @Test(arguments: [
        ("20200101_b", "20200101120000_a"), ("0_init", "0000_squashed"), ("x_a", "x_B"),
        ("10_x", "9_x"), ("1 a", "1_a"), ("1_a", "1-a"), ("1-a", "1.a"), ("1.a", "11a"),
        ("11", "1a"), ("a", "A"), ("A", "b"), ("ab", "aB"), ("ab", "AB"), ("aB", "Ab"),
        ("Aa", "ab"), ("A_a", "a_b"), ("e", "é"), ("é", "f"), ("é", "É"), ("ea", "éa"),
        ("éa", "eb"), ("é", "z"), ("z", "я"), ("я", "名"), ("a", "ab"), ("a b", "ab"), ("", "a"),
        ("a1", "aa"), ("ñ", "o"), ("d", "đ"), ("đ", "e"), ("ø", "p"), ("20200101120000_a", "foo"),
        ("e\u{301}a", "eb"), ("ea", "e\u{301}a"),
    ])
    func firstPrecedesSecond(_ first: String, _ second: String) {
        #expect(MigrationOrder.precedes(first, second))
        #expect(!MigrationOrder.precedes(second, first))
        #expect(!MigrationOrder.precedes(first, first))
    }

    @Test func classesOfASCIIAreInTheOrderOfICU() {
        let order =
            "\t\n\u{B}\u{C}\r _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789"
            + "aAbBcCdDeEfFgGhHiIjJkKlLmMnNoOpPqQrRsStTuUvVwWxXyYzZ"
        let names = order.unicodeScalars.map { String($0) }
        #expect(MigrationOrder.sorted(names.reversed()) == names)
    }

    @Test func namesEqualForTheCollationStillHaveAnOrder() {
        let names = ["a\u{1}", "a", "a\u{2}"]
        #expect(MigrationOrder.sorted(names) == ["a", "a\u{1}", "a\u{2}"])
    }

    @Test func generatedNamesAreInTheOrderOfBytes() {
        let names = [
            "20240101000000_b", "20230101000000_Z", "20240101000001_a", "20240101000000_a",
        ]
        #expect(MigrationOrder.sorted(names) == names.sorted())
    }
}
