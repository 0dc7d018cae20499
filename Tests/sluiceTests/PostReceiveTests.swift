import Foundation
import TestSupport
import Testing

/// A push to a bare repository with the installed hook.
struct PostReceiveTests {
    private static let jobs = "20240101000000_jobs"
    private static let title = "20240102000000_title"

    @Test func aPushIsDeployedInTheBackground() async throws {
        try await WatchScene.with(hook: true) { scene in
            try await scene.migration(Self.jobs, "CREATE TABLE jobs (id int);")
            let push = try await scene.push()
            #expect(push.status == 0, "\(push.stderr)")
            #expect(push.stderr.contains("staging: migration \(Self.jobs), deploying"))
            #expect(push.stderr.contains("\(scene.server)/sluice/staging.log"), "\(push.stderr)")
            let applied = try await scene.applied(in: scene.scene.staging) { !$0.isEmpty }
            #expect(applied == [Self.jobs])
            let log = try await scene.log(of: "staging", until: "succeeded")
            #expect(log.contains("staging: succeeded: 1 migration applied to staging."), "\(log)")
            #expect(!log.contains(scene.scene.staging.url))
        }
    }

    @Test func aHoldIsToldToWhoPushes() async throws {
        try await WatchScene.with(hook: true) { scene in
            try await scene.migration(Self.jobs, "CREATE TABLE jobs (id int);")
            _ = try await scene.push()
            _ = try await scene.log(of: "staging", until: "succeeded")
            let held = try await scene.scene.sluice(
                "hold", "staging", "--reason", "the office moves", directory: scene.server)
            #expect(held.status == 0, "\(held.stderr)")
            try await scene.migration(Self.title, "ALTER TABLE jobs ADD title text;")
            let push = try await scene.push()
            #expect(push.status == 0)
            #expect(push.stderr.contains("on hold"), "\(push.stderr)")
            #expect(push.stderr.contains("the office moves"))
            #expect(push.stderr.contains("sluice release staging"))
        }
    }

    @Test func thePushWaitsForNothing() async throws {
        try await WatchScene.with(hook: true) { scene in
            // Nobody gives this back before the push has returned.
            let holder = try await scene.holdLock()
            try await scene.migration(Self.jobs, "CREATE TABLE jobs (id int);")
            #expect(try await scene.push().status == 0)
            #expect(try await scene.applied(in: scene.scene.staging).isEmpty)
            _ = try await scene.scene.query(
                scene.scene.staging,
                "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted and objid = 72707369 and pid <> pg_backend_pid() and database = (select oid from pg_database where datname = current_database())"
            )
            _ = try await holder.wait()
            let applied = try await scene.applied(in: scene.scene.staging) { !$0.isEmpty }
            #expect(applied == [Self.jobs])
            _ = try await scene.log(of: "staging", until: "succeeded")
        }
    }

    @Test func anEnvironmentWithAnUpstreamIsOnlyTold() async throws {
        try await WatchScene.with(hook: true) { scene in
            _ = try await scene.git(["checkout", "--quiet", "main"])
            try await scene.migration(Self.jobs, "CREATE TABLE jobs (id int);")
            let push = try await scene.push("origin", "main")
            #expect(
                push.stderr.contains("production: migration \(Self.jobs); sluice plan production"),
                "\(push.stderr)")
            #expect(
                !FileManager.default.fileExists(atPath: "\(scene.server)/sluice/production.log"))
        }
    }

    @Test func autoFalseIsOnlyTold() async throws {
        let configuration = WatchScene.configuration.replacing("auto: true", with: "auto: false")
        try await WatchScene.with(configuration: configuration, hook: true) { scene in
            try await scene.migration(Self.jobs, "CREATE TABLE jobs (id int);")
            let push = try await scene.push()
            #expect(push.stderr.contains("sluice deploy staging"), "\(push.stderr)")
            #expect(!FileManager.default.fileExists(atPath: "\(scene.server)/sluice/staging.log"))
        }
    }

    @Test func aPushWhileTheDatabaseIsDownIsDoneLater() async throws {
        try await WatchScene.with(hook: true) { scene in
            try scene.setVariables(staging: "postgresql://x@127.0.0.1:1/x")
            try scene.scene.git.git(["config", "sluice.wait", "0s"], in: scene.server)
            try await scene.migration(Self.jobs, "CREATE TABLE jobs (id int);")
            let push = try await scene.push()
            #expect(push.status == 0, "\(push.stderr)")
            let log = try await scene.log(of: "staging", until: "127.0.0.1")
            #expect(log.contains("127.0.0.1"), "\(log)")
            let watch = try await scene.watchOnce()
            #expect(watch.status == 0, "\(watch.stdout)\(watch.stderr)")
            #expect(try await scene.applied(in: scene.scene.staging) == [Self.jobs])
        }
    }

    @Test func concurrentPushesAreAllDeployed() async throws {
        try await WatchScene.with(hook: true) { scene in
            let other = "\(scene.scene.git.directory)/other"
            try scene.addClone(other)
            for round in 0..<3 {
                // Behind those that were renamed to now.
                let (first, second) = ("2999010\(round)000000_a", "2999010\(round)000001_b")
                _ = try await scene.git(["pull", "--quiet", "origin", "staging"])
                _ = try await scene.git(["pull", "--quiet", "origin", "staging"], in: other)
                try await scene.migration(first, "CREATE TABLE a\(round) ();")
                try await scene.migration(second, "CREATE TABLE b\(round) ();", in: other)
                let pushes = try [
                    scene.startGit(["push", "origin", "staging"]),
                    scene.startGit(["push", "origin", "staging"], in: other),
                ]
                let results = try await [pushes[0].wait(), pushes[1].wait()]
                // One of them was behind: it merges, gives its migration a later name
                // where it needs one, and pushes again.
                for (result, (folder, name)) in zip(
                    results, [(scene.clone, first), (other, second)])
                where result.status != 0 {
                    _ = try await scene.git(
                        ["pull", "--quiet", "--no-rebase", "--no-edit", "origin", "staging"],
                        in: folder)
                    let renamed = try await scene.scene.sluice(
                        "new", "--rebase", name, directory: folder)
                    #expect(renamed.status == 0, "\(renamed.stderr)")
                    _ = try await scene.git(
                        ["commit", "--quiet", "--message", "rename"], in: folder)
                    let again = try await scene.push(from: folder)
                    #expect(again.status == 0, "\(again.stderr)")
                }
            }
            let applied = try await scene.applied(in: scene.scene.staging) { $0.count == 6 }
            let log = try await scene.log(of: "staging", until: "up to date")
            #expect(Set(applied).count == 6, "\(applied) \(log)")
            #expect(applied.count == 6)
        }
    }
}
