import ReleaseCore
import Testing

@Suite("Points in time as text")
struct TimestampTextTests {
    @Test(
        "are shortened to the minute, with their zone",
        arguments: [
            ("2026-11-23 18:48:24.573819+00", "2026-11-23 18:48 UTC"),
            ("2026-11-23T18:48:24Z", "2026-11-23 18:48 UTC"),
            ("2026-11-23 18:48:24+05:30", "2026-11-23 18:48 +05:30"),
            ("2026-11-23T18:48:24-03:00", "2026-11-23 18:48 -03:00"),
            ("infinity", "infinity"), ("", ""),
        ])
    func minute(text: String, expected: String) {
        #expect(TimestampText.minute(text) == expected)
    }
}
