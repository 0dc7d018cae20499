import Testing

@testable import ReleaseCore

@Suite("A duration's text")
struct DurationTextTests {
    @Test(
        "is read",
        arguments: [
            ("0", 0), ("500ms", 500), ("5s", 5000), ("30m", 1_800_000), ("30min", 1_800_000),
            ("24h", 86_400_000), ("7d", 604_800_000), ("1h30m", 5_400_000), ("1d1ms", 86_400_001),
            ("0s", 0), ("007s", 7000),
        ])
    func reading(_ text: String, _ milliseconds: Int64) {
        #expect(DurationText.parse(text) == .milliseconds(milliseconds))
    }

    @Test(
        "that is none is refused",
        arguments: [
            "", "5", "s", "5 s", "-5s", "1.5h", "5S", "5sec", "1h30", "٣s", "5s ", "00",
            "1000000000d", "99999999999999999999s", String(repeating: "999999999d", count: 200),
        ])
    func refusal(_ text: String) {
        #expect(DurationText.parse(text) == nil)
    }

    @Test(
        "is written for people",
        arguments: [
            (0, "0 ms"), (999, "999 ms"), (1000, "1.0 s"), (3449, "3.4 s"), (9999, "9.9 s"),
            (10_000, "10 s"), (59_999, "59 s"), (60_000, "1 min"), (125_000, "2 min 5 s"),
            (5_400_000, "1 h 30 min"), (86_400_000, "1 d"), (90_000_000, "1 d 1 h"),
        ])
    func writing(_ milliseconds: Int64, _ text: String) {
        #expect(DurationText.describe(.milliseconds(milliseconds)) == text)
    }
}
