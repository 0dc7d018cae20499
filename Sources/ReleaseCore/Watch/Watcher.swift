import Foundation
import GitStore
import Synchronization

/// Something a watcher has to tell.
public enum WatchEvent: Sendable {
    /// It follows these environments now.
    case following([String])
    /// What a running deployment tells.
    case deployment(String, DeploymentEvent)
    /// What a look came to, and when the next one is due.
    case outcome(String, WatchOutcome, next: Duration?)
    /// The remote was asked, and why it did not answer where it did not.
    case remote(String?)
    /// It has looked at remote and configuration, and is alive.
    case turn
    /// The configuration cannot be used.
    case configuration(String)
}

/// Follows branches and deploys on change.
public final class Watcher: Sendable {
    private let request: WatchRequest
    private let report: @Sendable (WatchEvent) -> Void
    private let bell = Bell()
    private let state = Mutex(State())

    private struct State {
        var workers: [String: EnvironmentWatch] = [:]
        var isStopping = false
        /// A fetch that has not come back yet.
        var fetch: RemoteFetch?
    }

    public init(_ request: WatchRequest, report: @escaping @Sendable (WatchEvent) -> Void) {
        self.request = request
        self.report = report
    }

    /// Follows until ``stop()`` is called, and waits for what runs then.
    public func run() {
        var followed: [String]?
        var complaint: String?
        while !isStopping {
            askRemote()
            do {
                let names = try wanted()
                if names != followed { report(.following(names)) }
                followed = names
                complaint = nil
                follow(names)
            } catch {
                if complaint != "\(error)" { report(.configuration("\(error)")) }
                complaint = "\(error)"
            }
            report(.turn)
            bell.wait(atMost: request.interval)
        }
        for worker in state.withLock({ Array($0.workers.values) }) { worker.join() }
    }

    /// Looks at every environment once, one after the other.
    ///
    /// - Returns: what it came to, in the order of the configuration.
    /// - Throws: ``ReleaseError``, ``ConfigurationError``, `GitError`.
    public func runOnce() throws -> [(environment: String, outcome: WatchOutcome)] {
        if request.mirror != nil {
            guard let result = answer(within: .seconds(24 * 3600)) else {
                throw ReleaseError(
                    .interrupted, "stopped while the remote was asked.",
                    state: "nothing was changed.")
            }
            try result.get()
        }
        let names = try wanted()
        report(.following(names))
        return names.map { name in
            let worker = worker(name)
            state.withLock { $0.workers[name] = worker }
            return (name, isStopping ? .interrupted : worker.settle(within: request.patience))
        }
    }

    /// Asks to stop: what runs now is cancelled and rolled back.
    public func stop() {
        let (workers, fetch) = state.withLock { state in
            state.isStopping = true
            return (Array(state.workers.values), state.fetch)
        }
        fetch?.wake()
        for worker in workers { worker.stop() }
        bell.ring()
    }

    private var isStopping: Bool { state.withLock { $0.isStopping } }

    private func worker(_ name: String) -> EnvironmentWatch {
        EnvironmentWatch(name, request.options, interval: request.interval, report: report)
    }

    /// Starts and ends workers, and wakes those that go on.
    private func follow(_ names: [String]) {
        let (new, old) = state.withLock { state in
            let old = state.workers.filter { !names.contains($0.key) }
            for name in old.keys { state.workers[name] = nil }
            let new = names.filter { state.workers[$0] == nil }.map(worker)
            for worker in new { state.workers[worker.name] = worker }
            return (new, Array(old.values))
        }
        // One that was made behind a stop has not been told.
        if isStopping { for worker in new { worker.stop() } }
        for worker in old { worker.stop() }
        for worker in new { worker.start() }
        for worker in state.withLock({ Array($0.workers.values) }) { worker.wake() }
    }

    /// How long a remote may take before what was fetched earlier goes on.
    private static let remotePatience = Duration.seconds(60)

    /// While a remote does not answer, what was fetched before goes on.
    private func askRemote() {
        guard let result = answer(within: Self.remotePatience) else {
            if request.mirror != nil, !isStopping { report(.remote("it does not answer")) }
            return
        }
        switch result {
        case .success: report(.remote(nil))
        case .failure(let error): report(.remote("\(error)"))
        }
    }

    /// What a fetch came to: of the one that runs still, or of a new one; `nil` without a remote,
    /// when it takes longer, or when it is time to stop.
    private func answer(within patience: Duration) -> Result<Void, any Error>? {
        guard let mirror = request.mirror else { return nil }
        let fetch = state.withLock { state in
            let fetch = state.fetch ?? RemoteFetch(mirror)
            state.fetch = fetch
            return fetch
        }
        let deadline = ContinuousClock.now + patience
        while fetch.result == nil, !isStopping, ContinuousClock.now < deadline {
            fetch.wait(atMost: ContinuousClock.now.duration(to: deadline))
        }
        guard let result = fetch.result else { return nil }
        state.withLock { $0.fetch = nil }
        return result
    }

    /// The environments to follow, by the configuration at the tip of each branch.
    private func wanted() throws -> [String] {
        let workspace = try Workspace(request.options)
        for name in request.environments { _ = try workspace.environment(named: name) }
        let all = workspace.configuration.environments
        let wanted = all.filter { environment in
            let isNamed = request.environments.contains(environment.name)
            guard isNamed || request.environments.isEmpty else { return false }
            let governed = (try? workspace.governed(environment.name))?.environment ?? environment
            return governed.isFollowed(whenNamed: isNamed)
        }.map(\.name)
        guard wanted.isEmpty else { return wanted }
        throw ReleaseError(
            .usage, "no environment is marked “auto: true”, so there is nothing to follow.",
            next: [
                "write “auto: true” into an environment of \(Configuration.fileName) on its branch, or name the environment: sluice watch ENV"
            ])
    }
}

extension EnvironmentConfiguration {
    /// Whether a merge is deployed without anybody asking. One that has an upstream
    /// is only where the file says so.
    public func isFollowed(whenNamed isNamed: Bool) -> Bool {
        auto ?? (isNamed && promotesFrom == nil)
    }
}
