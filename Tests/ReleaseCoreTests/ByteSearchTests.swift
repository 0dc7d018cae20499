import Testing

@testable import ReleaseCore

@Suite("Looking for a word in a script")
struct ByteSearchTests {
    @Test(arguments: ["lock_timeout", "é lock_timeout", "lock_lock_timeout", "l\nlock_timeout é"])
    func found(_ text: String) {
        #expect(text.mentions("lock_timeout"))
    }

    @Test(arguments: ["", "lock_timeou", "lock_timeoulock_timeou", "LOCK_TIMEOUT", "é"])
    func missing(_ text: String) {
        #expect(!text.mentions("lock_timeout"))
    }
}
