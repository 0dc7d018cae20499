import Foundation
import ReleaseCore

/// The whole story, from the first merge to the hotfix in production.
struct DemoStory {
    let shell: DemoShell
    private static let harmful = "20240304090000_tidy_milestones"

    func run() throws {
        try foundRepository()
        try deployToStaging()
        try promote()
        try breakStaging()
        try hotfix()
        shell.tell("How everything stands now")
        try shell.sluice("status", expecting: 0)
    }

    private func foundRepository() throws {
        shell.tell("A small job marketplace: branch main feeds production, staging feeds staging")
        try shell.git("init", "--quiet", "--initial-branch=main")
        try shell.git("config", "user.name", "Ada Example")
        try shell.git("config", "user.email", "ada@example.com")
        try shell.write("sluice.yml", DemoFiles.configuration)
        try shell.write("prisma/migrations/migration_lock.toml", DemoFiles.lock)
        try migration("20240301090000_jobs", DemoFiles.jobs)
        try commit("jobs can be posted")
        try shell.git("branch", "staging")
    }

    private func deployToStaging() throws {
        shell.tell("Applications and escrow are developed on a branch and merged to staging")
        try shell.git("switch", "--quiet", "--create", "escrow", "staging")
        try migration("20240302090000_applications", DemoFiles.applications)
        try migration("20240303090000_escrow_milestones", DemoFiles.escrow)
        try commit("applications and escrow milestones")
        try merge("escrow", into: "staging")
        shell.tell("The merge is deployed: each migration in one transaction, then the smoke check")
        try shell.sluice("deploy", "staging", expecting: 0)
    }

    private func promote() throws {
        shell.tell("Staging is merged to main. Promotion is refused: nobody has inspected the plan")
        try merge("staging", into: "main")
        try shell.sluice("promote", "production", expecting: 3)
        shell.tell("So inspect it, then promote exactly that plan")
        try shell.sluice("plan", "production", expecting: 0)
        try promoteInspected()
    }

    private func promoteInspected() throws {
        let digest = try shell.json("plan", "production")["digest"] as? String ?? ""
        try shell.sluice(
            "promote", "production", "--plan", String(digest.prefix(PlanDigest.shortLength)),
            expecting: 0)
    }

    private func breakStaging() throws {
        shell.tell("A harmful migration reaches staging; the plan names the danger")
        try shell.git("switch", "--quiet", "--create", "tidy", "staging")
        try migration(Self.harmful, DemoFiles.harmful)
        try commit("tidy up milestones")
        try merge("tidy", into: "staging")
        try shell.sluice("plan", "staging", expecting: 0)
        shell.tell("It is deployed all the same: the smoke check fails, and staging goes on hold")
        try shell.sluice("deploy", "staging", expecting: 1)
    }

    private func hotfix() throws {
        shell.tell("A hotfix is made from the history itself, and proven in a sandbox")
        try shell.sluice("hotfix", Self.harmful, "--env", "staging", expecting: 0)
        let branch = try hotfixBranch()
        try merge(branch, into: "staging")
        try shell.sluice("release", "staging", "--reason", "the hotfix is merged", expecting: 0)
        try shell.sluice("deploy", "staging", expecting: 0)
        shell.tell(
            "The hotfix goes to production the same way; no rows are there yet, so nothing is lost")
        try merge("staging", into: "main")
        try shell.sluice("plan", "production", expecting: 0)
        try promoteInspected()
    }

    private func hotfixBranch() throws -> String {
        let folder = "\(shell.folder)/.git/refs/heads/hotfix"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        guard let name = names.first else {
            throw ReleaseError(.failed, "the hotfix branch is missing.")
        }
        return "hotfix/\(name)"
    }

    private func migration(_ name: String, _ sql: String) throws {
        try shell.write("prisma/migrations/\(name)/migration.sql", sql)
    }

    private func commit(_ message: String) throws {
        try shell.git("add", "--all")
        try shell.git("commit", "--quiet", "--message", message)
    }

    private func merge(_ branch: String, into target: String) throws {
        try shell.git("switch", "--quiet", target)
        try shell.git(
            "merge", "--quiet", "--no-ff", "--message", "Merge \(branch) into \(target)", branch)
    }
}
