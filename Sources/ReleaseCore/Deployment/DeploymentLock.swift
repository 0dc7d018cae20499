import Glibc
import PostgresLink

/// Makes one deployment per database at a time, together with Prisma.
///
/// Two keys: sluice's own is held for the whole run, Prisma's whenever a
/// concurrent Prisma could do harm. Both are polled.
struct DeploymentLock {
    /// Prisma's key, held until its connection ends (`schema-engine`, 72707369).
    static let prisma = AdvisoryLock(key: 72_707_369)
    /// sluice's own key: the bytes of "sluice" and a version.
    static let own = AdvisoryLock(key: 0x736c_7569_6365_01)

    /// Polls until both keys are held.
    ///
    /// - Parameters:
    ///   - session: the session that is to hold them.
    ///   - budget: how long to keep trying.
    ///   - interrupt: ends the waiting.
    ///   - onWait: told who holds the lock, each time that changes.
    /// - Returns: whether they are held, and else why not.
    /// - Throws: `PostgresError`.
    static func acquire(
        _ session: PostgresSession, budget: Duration, interrupt: Interrupt,
        onWait: (AdvisoryLock.Holder?) -> Void
    ) throws -> AcquireResult {
        let deadline = ContinuousClock.now + budget
        for lock in [own, prisma] {
            var shown: AdvisoryLock.Holder?
            while try !lock.tryAcquire(session) {
                let holder = try lock.holder(session)
                if holder != shown { onWait(holder) }
                shown = holder
                if interrupt.isRaised { return .interrupted }
                if ContinuousClock.now >= deadline { return .busy(holder) }
                pause(milliseconds: Int.random(in: 50...150))
            }
        }
        return .held
    }

    enum AcquireResult {
        case held
        case busy(AdvisoryLock.Holder?)
        case interrupted
    }

    static func pause(milliseconds: Int) {
        usleep(UInt32(milliseconds) * 1000)
    }
}
