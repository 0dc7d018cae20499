import Testing

@testable import ReleaseCore

@Suite("A mask for secrets")
struct SecretMaskTests {
    private static let mask = SecretMask(
        [
            "KEY": "k3y/with \"quotes\"", "API_TOKEN": "t0k3n", "PLAIN": "visible",
            "URL": "postgresql://app:p%40ss@db/shop", "SHORT": "abc", "LONG": "k3y/with",
        ], references: ["KEY", "SHORT", "LONG"], further: ["fetched"])

    @Test(
        "hides values in every form",
        arguments: [
            ("k3y/with \"quotes\"", "***"), (#"{"a":"k3y\/with \"quotes\""}"#, #"{"a":"***"}"#),
            (#"k3y/with \"quotes\""#, "***"), ("?k=k3y%2Fwith%20%22quotes%22&x", "?k=***&x"),
            ("Basic azN5L3dpdGggInF1b3RlcyI=", "Basic ***"), ("t0k3n t0k3n", "*** ***"),
            ("p@ss or p%40ss", "*** or ***"), ("fetched", "***"), ("visible abc", "visible abc"),
        ])
    func hides(_ text: String, _ masked: String) {
        #expect(Self.mask.mask(text) == masked)
    }
}
