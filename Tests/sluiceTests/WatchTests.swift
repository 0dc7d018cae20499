import Foundation
import TestSupport
import Testing

/// The watcher over a bare repository.
struct WatchTests {
    private static let jobs = "20240101000000_jobs"
    private static let title = "20240102000000_title"

    @Test func onceDeploysWhatIsPendingAndIsDone() async throws {
        try await WatchScene.with { scene in
            try await scene.migration(Self.jobs, "CREATE TABLE jobs (id int);")
            _ = try await scene.push()
            let first = try await scene.watchOnce()
            #expect(first.status == 0, "\(first.stdout)\(first.stderr)")
            #expect(first.stdout.contains("staging: succeeded: 1 migration applied"))
            let second = try await scene.watchOnce()
            #expect(second.status == 0)
            #expect(second.stdout.contains("staging: up to date at"), "\(second.stdout)")
            let deployments = try await scene.scene.query(
                scene.scene.staging, "select count(*) from _sluice.deployments")
            #expect(deployments == "1")
        }
    }

    @Test func withoutAutoThereIsNothingToFollow() async throws {
        try await WatchScene.with(configuration: ReleaseScene.configuration) { scene in
            let watch = try await scene.watchOnce()
            #expect(watch.status == 64)
            #expect(watch.stderr.contains("auto: true"), "\(watch.stderr)")
            // Naming the environment is asking for it.
            #expect(try await scene.watchOnce("staging").status == 0)
            #expect(try await scene.watchOnce("production").status == 64)
        }
    }

    @Test func aDefiniteFailureIsTriedAgainWhenSomethingChanges() async throws {
        try await WatchScene.with { scene in
            try await scene.migration(Self.jobs, "CREATE TABLE jobs (id nonsense);")
            _ = try await scene.push()
            let failed = try await scene.watchOnce()
            #expect(failed.status == 1, "\(failed.stdout)")
            let again = try await scene.watchOnce()
            #expect(again.status == 1)
            #expect(again.stdout.contains("failed before with this very plan"), "\(again.stdout)")
            let attempts = "select count(*) from _sluice.steps where outcome = 'failed'"
            #expect(try await scene.scene.query(scene.scene.staging, attempts) == "1")

            try await scene.migration(Self.jobs, "CREATE TABLE jobs (id int);")
            _ = try await scene.push()
            let mended = try await scene.watchOnce()
            #expect(mended.status == 0, "\(mended.stdout)")
            #expect(try await scene.applied(in: scene.scene.staging) == [Self.jobs])
        }
    }

    @Test func aForcePushPutsTheEnvironmentOnHoldOnce() async throws {
        try await WatchScene.with { scene in
            try await scene.migration(Self.jobs, "CREATE TABLE jobs (id int);")
            _ = try await scene.push()
            _ = try await scene.watchOnce()
            _ = try await scene.git(["commit", "--quiet", "--amend", "--message", "rewritten"])
            try await scene.migration(Self.title, "CREATE TABLE titles (id int);")
            _ = try await scene.push("--force", "origin", "staging")
            let held = try await scene.watchOnce()
            #expect(held.status == 3)
            #expect(held.stdout.contains("put on hold: the branch staging was rewritten"))
            let still = try await scene.watchOnce()
            #expect(still.status == 3)
            #expect(still.stdout.contains("staging: on hold since"), "\(still.stdout)")
            let holds = "select count(*) from _sluice.holds"
            #expect(try await scene.scene.query(scene.scene.staging, holds) == "1")

            let released = try await scene.scene.sluice(
                "release", "staging", "--reason", "meant", directory: scene.server)
            #expect(released.status == 0, "\(released.stderr)")
            let goesOn = try await scene.watchOnce()
            #expect(goesOn.status == 0, "\(goesOn.stdout)")
            #expect(try await scene.applied(in: scene.scene.staging) == [Self.jobs, Self.title])
            #expect(try await scene.scene.query(scene.scene.staging, holds) == "1")
        }
    }

    @Test func aDeletedBranchPutsTheEnvironmentOnHold() async throws {
        try await WatchScene.with { scene in
            try await scene.migration(Self.jobs, "CREATE TABLE jobs (id int);")
            _ = try await scene.push()
            _ = try await scene.watchOnce()
            _ = try await scene.push("--quiet", "origin", ":staging")
            let held = try await scene.watchOnce()
            #expect(held.status == 3, "\(held.stdout)\(held.stderr)")
            #expect(held.stdout.contains("put on hold: the branch staging was deleted"))
            #expect(try await scene.watchOnce().stdout.contains("on hold since"))
        }
    }

    @Test func anOutOfOrderMergeIsExplained() async throws {
        try await WatchScene.with { scene in
            _ = try await scene.git(["checkout", "--quiet", "-b", "late"])
            try await scene.migration(Self.jobs, "CREATE TABLE jobs (id int);")
            _ = try await scene.git(["checkout", "--quiet", "staging"])
            try await scene.migration(Self.title, "CREATE TABLE titles (id int);")
            _ = try await scene.push()
            #expect(try await scene.watchOnce().status == 0)
            _ = try await scene.git(["merge", "--quiet", "--no-edit", "late"])
            let merge = try await scene.git(["rev-parse", "--short=10", "HEAD"]).line
            _ = try await scene.push()
            let blocked = try await scene.watchOnce()
            #expect(blocked.status == 4)
            for part in [
                "sorts before \(Self.title)", "the merge \(merge)", "--accept \(Self.jobs)",
            ] {
                #expect(blocked.stdout.contains(part), "\(blocked.stdout)")
            }
            #expect(try await scene.applied(in: scene.scene.staging) == [Self.title])
        }
    }

    @Test func anUpstreamIsPromotedFromWhereTheFileSaysSo() async throws {
        let configuration = WatchScene.configuration.replacing(
            "promotes_from: staging", with: "promotes_from: staging\n    auto: true")
        try await WatchScene.with(configuration: configuration) { scene in
            try await scene.migration(Self.jobs, "CREATE TABLE jobs (id int);")
            _ = try await scene.push("origin", "staging", "staging:main")
            // Not before the upstream has proven it.
            let early = try await scene.watchOnce("production")
            #expect(early.status == 3, "\(early.stdout)")
            #expect(early.stdout.contains("is not applied in staging"), "\(early.stdout)")
            let both = try await scene.watchOnce()
            #expect(both.status == 0, "\(both.stdout)")
            #expect(try await scene.applied(in: scene.scene.production) == [Self.jobs])
        }
    }

    @Test func aRunningWatcherDeploysAPushAndEndsOnRequest() async throws {
        try await WatchScene.with { scene in
            let watcher = try scene.startWatcher()
            try await scene.migration(Self.jobs, "CREATE TABLE jobs (id int);")
            _ = try await scene.push()
            let applied = try await scene.applied(in: scene.scene.staging) { !$0.isEmpty }
            #expect(applied == [Self.jobs])
            let told = try await watcher.waitForOutput(atMost: 60) { $0.contains("succeeded") }
            #expect(told != nil)
            watcher.kill(SIGTERM)
            let ended = try await watcher.wait()
            #expect(ended.status == 0, "\(ended.stdout)\(ended.stderr)")
        }
    }

    @Test func aStopCancelsWhatRuns() async throws {
        try await WatchScene.with { scene in
            try await scene.migration(
                Self.jobs, "CREATE TABLE jobs (id int); SELECT pg_sleep(600);")
            _ = try await scene.push()
            let watcher = try scene.startWatcher()
            let sleeping =
                "select count(*) from pg_stat_activity where datname = current_database() and query like '%pg_sleep(600)%' and state = 'active' and pid <> pg_backend_pid()"
            try await scene.until {
                try await scene.scene.query(scene.scene.staging, sleeping) == "1"
            }
            watcher.kill(SIGTERM)
            let ended = try await watcher.wait()
            #expect(ended.status == 0, "\(ended.stdout)\(ended.stderr)")
            #expect(ended.stdout.contains("interrupted"), "\(ended.stdout)")
            #expect(
                try await scene.scene.query(
                    scene.scene.staging, "select to_regclass('jobs') is null")
                    == "t")
        }
    }

    @Test(arguments: [[], ["--once"]])
    func aRemoteThatHangsDelaysNoStop(_ arguments: [String]) async throws {
        try await WatchScene.with { scene in
            // Takes connections and never says a word.
            let listener = try SilentServer()
            let watcher = try ProcessRunner.start(
                scene.scene.program,
                ["watch", "--remote", "http://127.0.0.1:\(listener.port)/shop.git"] + arguments,
                environment: scene.scene.variables, directory: scene.server)
            try await onOwnThread { listener.waitForVisitor() }
            watcher.kill(SIGTERM)
            let end = try await watcher.wait()
            #expect(end.stderr.contains("stopping"), "\(end.stderr)")
        }
    }

    @Test func aKilledWatcherIsSucceededByTheNext() async throws {
        try await WatchScene.with { scene in
            try await scene.migration(
                Self.jobs, "CREATE TABLE jobs (id int); SELECT pg_sleep(600);")
            _ = try await scene.push()
            let watcher = try scene.startWatcher()
            let sleeping =
                "select count(*) from pg_stat_activity where datname = current_database() and query like '%pg_sleep(600)%' and state = 'active' and pid <> pg_backend_pid()"
            try await scene.until {
                try await scene.scene.query(scene.scene.staging, sleeping) == "1"
            }
            watcher.kill()
            _ = try await watcher.wait()
            try await scene.migration(Self.jobs, "CREATE TABLE jobs (id int);")
            _ = try await scene.push()
            // Its session sleeps on and holds the lock until the server ends it.
            _ = try await scene.scene.query(
                scene.scene.staging,
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like '%pg_sleep(600)%' and pid <> pg_backend_pid()"
            )
            let next = try await scene.watchOnce("--wait", "60s")
            #expect(next.status == 0, "\(next.stdout)\(next.stderr)")
            #expect(try await scene.applied(in: scene.scene.staging) == [Self.jobs])
        }
    }

    @Test func twoWatchersDeployEachMergeExactlyOnce() async throws {
        let merges = ProcessInfo.processInfo.environment["SLUICE_FULL"] == "1" ? 100 : 12
        try await WatchScene.with { scene in
            var watchers = try [scene.startWatcher(), scene.startWatcher()]
            for number in 1...merges {
                let name = "2024\(1000 + number)000000_m\(number)"
                _ = try await scene.git(["checkout", "--quiet", "-b", "feature\(number)"])
                // A second run of it would fail.
                try await scene.migration(name, "CREATE TABLE t\(number) (id int);")
                _ = try await scene.git(["checkout", "--quiet", "staging"])
                _ = try await scene.git(
                    ["merge", "--quiet", "--no-ff", "--no-edit", "feature\(number)"])
                #expect(try await scene.push().status == 0)
                if number == merges / 2 {
                    watchers[0].kill()
                    _ = try await watchers[0].wait()
                    watchers[0] = try scene.startWatcher()
                }
            }
            let applied = try await scene.applied(in: scene.scene.staging) { $0.count == merges }
            #expect(applied.count == merges)
            #expect(Set(applied).count == merges)
            let steps = try await scene.scene.query(
                scene.scene.staging,
                "select count(*), count(distinct migration) from _sluice.steps where outcome = 'applied'"
            )
            #expect(steps == "\(merges)|\(merges)")
            for watcher in watchers {
                watcher.kill(SIGTERM)
                let ended = try await watcher.wait()
                #expect(ended.status == 0, "\(ended.stderr)")
                #expect(!ended.stdout.contains("failed"), "\(ended.stdout)")
            }
        }
    }

    @Test func aRemoteIsFollowedThroughACopy() async throws {
        try await WatchScene.with { scene in
            try await scene.migration(Self.jobs, "CREATE TABLE jobs (id int);")
            _ = try await scene.push()
            let arguments = ["watch", "--once", "--remote", "origin", "--repo", scene.clone]
            func look() async throws -> ProcessRunner.Output {
                try await ProcessRunner.run(
                    scene.scene.program, arguments, environment: scene.scene.variables)
            }
            let first = try await look()
            #expect(first.status == 0, "\(first.stdout)\(first.stderr)")
            #expect(try await scene.applied(in: scene.scene.staging) == [Self.jobs])
            // A branch that was rewritten or deleted there is in the copy too.
            _ = try await scene.git(["commit", "--quiet", "--amend", "--message", "rewritten"])
            _ = try await scene.push("--force", "origin", "staging")
            let held = try await look()
            #expect(held.stdout.contains("was rewritten"), "\(held.stdout)\(held.stderr)")
            _ = try await scene.scene.sluice(
                "release", "staging", "--reason", "meant", directory: scene.server)
            _ = try await scene.push("origin", ":staging")
            let deleted = try await look()
            #expect(deleted.stdout.contains("was deleted"), "\(deleted.stdout)\(deleted.stderr)")
        }
    }

    @Test func healthAndMetricsAreAnswered() async throws {
        try await WatchScene.with { scene in
            try await scene.migration(Self.jobs, "CREATE TABLE jobs (id int);")
            _ = try await scene.push()
            let port = try LoopbackPort.free()
            let watcher = try scene.startWatcher("--listen", "127.0.0.1:\(port)")
            _ = try await watcher.waitForOutput(atMost: 60) { $0.contains("succeeded") }
            func get(_ path: String) async throws -> String {
                try await ProcessRunner.run(
                    "curl",
                    ["-sS", "-o", "-", "-w", "%{http_code}", "http://127.0.0.1:\(port)\(path)"]
                ).stdout
            }
            #expect(try await get("/healthz") == "ok\n200")
            #expect(try await get("/other").hasSuffix("404"))
            let metrics = try await get("/metrics")
            #expect(
                metrics.contains(
                    "sluice_deployments_total{environment=\"staging\",verdict=\"succeeded\"} 1"))
            #expect(
                metrics.contains(
                    "sluice_environment_state{environment=\"staging\",state=\"up-to-date\"} 1"))
            watcher.kill(SIGTERM)
            #expect(try await watcher.wait().status == 0)
        }
    }
}
