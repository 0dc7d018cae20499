/// When to look at an environment again. No clock of its own: moments come in and
/// go out, so that every rule can be tested without waiting.
struct WatchPace {
    typealias Moment = ContinuousClock.Instant

    /// How often something is looked at that only a person can change.
    static let resync = Duration.seconds(60)
    /// The longest pause between attempts.
    static let longestPause = Duration.seconds(300)

    /// How often the branch is looked at.
    var interval: Duration
    private(set) var failures = 0
    private var nextLook: Moment?

    init(interval: Duration) {
        self.interval = interval
    }

    /// Whether it is time, or whether the branch has moved, which nobody waits for.
    func isDue(_ now: Moment, hasMoved: Bool) -> Bool {
        hasMoved || nextLook.map { $0 <= now } ?? true
    }

    /// The pause after an outcome; `jitter`, from 0 to 1, spreads watchers that
    /// failed together.
    mutating func note(_ outcome: WatchOutcome, at now: Moment, jitter: Double) -> Duration {
        let pause: Duration
        switch outcome {
        case .elsewhere:
            pause = interval
        case _ where outcome.isPassing:
            let seconds = min(Double(1 << min(failures, 9)), 300)
            failures += 1
            pause = min(.seconds(seconds * (0.5 + jitter / 2)), Self.longestPause)
        default:
            failures = 0
            pause = max(interval, Self.resync)
        }
        nextLook = now + pause
        return pause
    }
}
