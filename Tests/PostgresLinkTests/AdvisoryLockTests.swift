import PostgresLink
import TestSupport
import Testing

@Suite("An advisory lock")
struct AdvisoryLockTests {
    @Test(
        "is held by one session, which others can name, until it is released",
        arguments: [72_707_369, 0x736c_7569_6365_01, 1, -1, -72_707_369_000, .min, .max])
    func holding(_ key: Int64) async throws {
        try await withTemporaryDatabase { url in
            try await onOwnThread {
                let lock = AdvisoryLock(key: key)
                let first = try connect(url, as: "first")
                let second = try connect(url, as: "second")
                #expect(try lock.holder(second) == nil)
                #expect(try lock.tryAcquire(first))
                #expect(try !lock.tryAcquire(second))
                let holder = try #require(try lock.holder(second))
                #expect(holder.process == first.backendProcess)
                #expect(holder.application == "first")
                #expect(holder.host == "local")
                #expect(!holder.since.isEmpty)
                try lock.release(first)
                #expect(try lock.tryAcquire(second))
            }
        }
    }

    @Test("ends with its session")
    func sessionEnd() async throws {
        try await withTemporaryDatabase { url in
            try await onOwnThread {
                let lock = AdvisoryLock(key: 7)
                let second = try connect(url)
                do {
                    let first = try connect(url)
                    #expect(try lock.tryAcquire(first))
                    #expect(try !lock.tryAcquire(second))
                }
                #expect(try eventually { try lock.tryAcquire(second) })
            }
        }
    }

    @Test("of another database is another one")
    func otherDatabase() async throws {
        try await withTemporaryDatabase { one in
            try await withTemporaryDatabase { other in
                try await onOwnThread {
                    let lock = AdvisoryLock(key: 8)
                    let first = try connect(one)
                    let second = try connect(other)
                    #expect(try lock.tryAcquire(first))
                    #expect(try lock.holder(second) == nil)
                    #expect(try lock.tryAcquire(second))
                }
            }
        }
    }

    @Test("that is not held can be released")
    func idleRelease() async throws {
        try await withSession { session in
            try AdvisoryLock(key: 9).release(session)
            #expect(try session.query("SELECT 1").scalar == "1")
        }
    }
}
