import Testing

@testable import ReleaseCore

/// When a watcher looks again.
struct WatchPaceTests {
    private let start = ContinuousClock.now

    @Test func whatWaitingMayMendIsTriedAtGrowingDistances() {
        var pace = WatchPace(interval: .seconds(5))
        let pauses = (0..<12).map { _ in pace.note(.tryAgain("down"), at: start, jitter: 1) }
        #expect(pauses.prefix(4) == [.seconds(1), .seconds(2), .seconds(4), .seconds(8)])
        #expect(pauses.last == .seconds(300))
        // Watchers that failed together do not come back together.
        var other = WatchPace(interval: .seconds(5))
        #expect(other.note(.tryAgain("down"), at: start, jitter: 0) == .milliseconds(500))
    }

    @Test func whatOnlyAPersonMayMendIsLookedAtEveryMinute() {
        var pace = WatchPace(interval: .seconds(5))
        let failure = WatchOutcome.failedBefore(migration: nil, message: nil, digest: "")
        for outcome in [failure, .upToDate(nil), .unusable("?"), .putOnHold(reason: "?")] {
            #expect(pace.note(outcome, at: start, jitter: 1) == .seconds(60))
        }
        #expect(!pace.isDue(start + .seconds(59), hasMoved: false))
        #expect(pace.isDue(start + .seconds(60), hasMoved: false))
    }

    @Test func aBranchThatMovedIsLookedAtNow() {
        var pace = WatchPace(interval: .seconds(5))
        #expect(pace.isDue(start, hasMoved: false))
        _ = pace.note(.tryAgain("down"), at: start, jitter: 1)
        #expect(pace.isDue(start, hasMoved: true))
    }

    @Test func successForgetsFailures() {
        var pace = WatchPace(interval: .seconds(5))
        for _ in 0..<5 { _ = pace.note(.tryAgain("down"), at: start, jitter: 1) }
        _ = pace.note(.upToDate(nil), at: start, jitter: 1)
        #expect(pace.note(.tryAgain("down"), at: start, jitter: 1) == .seconds(1))
    }

    @Test func anotherWatcherIsNoFailure() {
        var pace = WatchPace(interval: .seconds(5))
        for _ in 0..<5 {
            #expect(pace.note(.elsewhere, at: start, jitter: 1) == .seconds(5))
        }
        #expect(pace.failures == 0)
    }

    @Test func anUpstreamIsFollowedOnlyWhereTheFileSaysSo() {
        func environment(_ auto: Bool?, upstream: String?) -> EnvironmentConfiguration {
            EnvironmentConfiguration(
                name: "e", database: Template(raw: "x", line: 0), promotesFrom: upstream,
                auto: auto)
        }
        #expect(environment(nil, upstream: nil).isFollowed(whenNamed: true))
        #expect(!environment(nil, upstream: nil).isFollowed(whenNamed: false))
        #expect(!environment(nil, upstream: "staging").isFollowed(whenNamed: true))
        #expect(!environment(false, upstream: nil).isFollowed(whenNamed: true))
        #expect(environment(true, upstream: "staging").isFollowed(whenNamed: false))
    }
}
