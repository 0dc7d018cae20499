import Foundation
import GitStore
import TestSupport
import Testing

@Suite struct RepositoryShapeTests {
    private func fixture() throws -> GitFixture {
        let fixture = try GitFixture()
        try fixture.commitMigration("1_a", "select 1;\n")
        try fixture.checkout("topic", from: "main")
        try fixture.commitMigration("2_b", "select 2;\n", author: "Cleo")
        try fixture.checkout("main")
        try fixture.merge("topic")
        return fixture
    }

    @Test func bareCloneWithPackedReferencesAndObjectsGivesTheSame() throws {
        let fixture = try fixture()
        let expected = try fixture.listing()
        let bare = try fixture.clone(to: "bare.git", bare: true)
        try fixture.git(["pack-refs", "--all"], in: bare)
        try fixture.git(["gc", "--quiet", "--aggressive", "--prune=now"], in: bare)
        #expect(try fixture.listing(at: bare) == expected)
        let repository = try GitRepository(discovering: bare)
        #expect(repository.isBare)
        #expect(repository.workTree == nil)
        #expect(expected.names == ["1_a", "2_b"])
    }

    @Test func worktreeSharesTheCommonDirectory() throws {
        let fixture = try fixture()
        let expected = try fixture.listing()
        let other = "\(fixture.directory)/worktree"
        try fixture.git("worktree", "add", "--quiet", other, "topic")
        let repository = try GitRepository(discovering: "\(other)/prisma/migrations")
        #expect(repository.gitDirectory.contains("/worktrees/"))
        #expect(repository.commonDirectory == "\(fixture.path)/.git/")
        #expect(repository.workTree == "\(other)/")
        #expect(try fixture.listing(at: other) == expected)
        guard case .branch(let name, _) = try repository.head() else {
            Issue.record("HEAD should be a branch")
            return
        }
        #expect(name == "topic")
    }

    @Test func sparseAndPartialSettingsAreNoObstacle() throws {
        let fixture = try fixture()
        try fixture.git("config", "core.repositoryFormatVersion", "1")
        try fixture.git("config", "extensions.worktreeConfig", "true")
        try fixture.git("config", "extensions.partialClone", "origin")
        #expect(try fixture.listing().names == ["1_a", "2_b"])
    }

    @Test func migrationsAreFoundWhereverAMonorepoKeepsThem() throws {
        let fixture = try GitFixture()
        let lock = "provider = \"postgresql\"\n"
        try fixture.commit(
            "add",
            files: [
                "packages/db/prisma/migrations/1_a/migration.sql": "select 1;\n",
                "packages/db/prisma/migrations/2_b/migration.sql": "select 2;\n",
                "packages/db/prisma/migrations/migration_lock.toml": lock,
                "apps/cache/migrations/1_a/migration.sql": "select 1;\n",
                "apps/old/migrations/1_a/migration.sql": "select 1;\n",
                "apps/old/migrations/2_b/migration.sql": "select 1;\n",
                "apps/old/migrations/3_c/migration.sql": "select 1;\n",
                "apps/old/migrations/migration_lock.toml": "provider = \"mysql\"\n",
                "node_modules/x/migrations/1_a/migration.sql": "select 1;\n",
            ])
        let repository = try GitRepository(discovering: fixture.path)
        let found = try repository.migrationsFolders(at: repository.commit(at: "HEAD").id)
        #expect(
            found.map(\.path) == [
                "packages/db/prisma/migrations", "apps/cache/migrations", "apps/old/migrations",
            ])
        #expect(found.map(\.count) == [2, 1, 3])
        #expect(found.map(\.isOfAnotherProvider) == [false, false, true])
        let problem = try #require(try fixture.listing(path: "prisma/migrations").problems.first)
        #expect(problem.kind == .pathAbsent)
        #expect(
            problem.detail.hasSuffix(
                "names the folder with: migrations: packages/db/prisma/migrations"))
    }

    @Test func pathMayBeDeepAndWrittenLoosely() throws {
        let fixture = try GitFixture()
        let path = "packages/data/database/prisma/migrations"
        try fixture.commit("add", files: ["\(path)/1_a/migration.sql": "select 1;\n"])
        let expected = try fixture.listing(path: path)
        #expect(expected.names == ["1_a"])
        #expect(expected.path == path)
        for loose in ["\(path)/", "./\(path)", "packages//data/x/../database/prisma/migrations"] {
            #expect(try fixture.listing(path: loose) == expected)
        }
        #expect(throws: GitError.self) { try fixture.listing(path: "../elsewhere") }
    }

    @Test func pathMayBeTheRoot() throws {
        let fixture = try GitFixture()
        try fixture.commit("add", files: ["1_a/migration.sql": "select 1;\n"])
        #expect(try fixture.listing(path: ".").names == ["1_a"])
    }

    @Test func movedFolderArrivesWithTheMove() throws {
        let fixture = try fixture()
        try fixture.git("mv", "prisma", "database")
        let move = try fixture.commit("move")
        let listing = try fixture.listing(path: "database/migrations")
        #expect(listing.folders.map(\.provenance?.commit) == [move, move])
        let old = try fixture.listing()
        #expect(!old.pathExists)
        #expect(old.problemKinds == [.pathAbsent])
        #expect(old.changes.map(\.kind) == [.removed, .removed])
    }

    @Test func shallowCloneSaysWhatItCannotKnow() throws {
        let fixture = try GitFixture()
        try fixture.commitMigration("1_a", "select 1;\n")
        let boundary = try fixture.commitMigration("2_b", "select 2;\n")
        try fixture.checkout("topic", from: "main")
        let added = try fixture.commitMigration("3_c", "select 3;\n", author: "Cleo")
        try fixture.checkout("main")
        let merge = try fixture.merge("topic")
        let clone = try fixture.clone(to: "shallow", depth: 2)
        let listing = try fixture.listing(at: clone)
        #expect(try GitRepository(discovering: clone).isShallow)
        #expect(listing.unknownBefore == boundary)
        #expect(listing.names == ["1_a", "2_b", "3_c"])
        for name in ["1_a", "2_b"] {
            let provenance = try #require(listing.folder(name)?.provenance)
            #expect(!provenance.isExact)
            #expect(provenance.commit == boundary)
        }
        let merged = try #require(listing.folder("3_c")?.provenance)
        #expect(merged.carrier == merge)
        #expect(merged.commit == added)
    }

    @Test func shallowCloneDoesNotTellWhoWroteAMigration() throws {
        let fixture = try GitFixture()
        let script = "prisma/migrations/1_a/migration.sql"
        try fixture.commitMigration("1_a", "select 1;\n")
        let tip = try fixture.commitMigration("2_b", "select 2;\n")
        let clone = try GitRepository(discovering: fixture.clone(to: "shallow", depth: 1))
        let error = #expect(throws: GitError.self) { try clone.contributors(to: script, upTo: tip) }
        #expect(error?.message.contains("git fetch --unshallow") == true)
        #expect(error?.message.contains("partial") == false)
    }

    @Test func whoCommitsAnothersScriptContributesButNoMergerAndNoWebsite() throws {
        let fixture = try GitFixture()
        let script = "prisma/migrations/1_a/migration.sql"
        try fixture.commitMigration("1_a", "select 1;\n", author: "Cleo")
        func contributors(committer email: String) throws -> [String] {
            let amend = "!GIT_COMMITTER_EMAIL=\(email) git commit --quiet --amend --no-edit"
            try fixture.git("-c", "alias.by=\(amend)", "by")
            let repository = try GitRepository(discovering: fixture.path)
            let tip = try repository.branch(named: "main").commit
            return try repository.contributors(to: script, upTo: tip).map(\.email)
        }
        #expect(try contributors(committer: "dan@x") == ["cleo@example.com", "dan@x"])
        #expect(try contributors(committer: "noreply@github.com") == ["cleo@example.com"])
    }

    @Test func deepenedCloneIsReadAgain() throws {
        let fixture = try GitFixture()
        let first = try fixture.commitMigration("1_a", "select 1;\n")
        try fixture.commitMigration("2_b", "select 2;\n")
        let clone = try fixture.clone(to: "shallow", depth: 1)
        #expect(try fixture.listing(at: clone).unknownBefore != nil)
        try fixture.git(["fetch", "--quiet", "--unshallow"], in: clone)
        let listing = try fixture.listing(at: clone)
        #expect(listing.unknownBefore == nil)
        #expect(listing.folder("1_a")?.provenance?.commit == first)
        #expect(listing.folder("1_a")?.provenance?.isExact == true)
    }

    @Test func missingObjectIsExplained() throws {
        let fixture = try fixture()
        let tree = try fixture.git("rev-parse", "main~1:prisma")
        let object = "\(fixture.path)/.git/objects/\(tree.prefix(2))/\(tree.dropFirst(2))"
        try FileManager.default.removeItem(atPath: object)
        let error = #expect(throws: GitError.self) { try fixture.listing() }
        #expect(error?.message.contains("is missing from the repository") == true)
    }

    /// libgit2 does not fetch on demand; the advice that is given must work.
    @Test func partialCloneIsExplainedAndTheAdviceWorks() throws {
        let fixture = try fixture()
        try fixture.git("config", "uploadpack.allowFilter", "true")
        let clone = "\(fixture.directory)/partial"
        try fixture.git(
            [
                "clone", "--quiet", "--no-checkout", "--filter=blob:none",
                "file://\(fixture.path)", clone,
            ], in: fixture.directory)
        let error = #expect(throws: GitError.self) { try fixture.listing(at: clone) }
        #expect(error?.message.contains("git fetch --refetch --no-filter") == true)
        try fixture.git(["fetch", "--quiet", "--refetch", "--no-filter"], in: clone)
        #expect(try fixture.listing(at: clone).names == ["1_a", "2_b"])
    }

    @Test func ancestorsAreFoundAlsoInShallowClones() throws {
        let fixture = try fixture()
        let repository = try GitRepository(discovering: fixture.path)
        let (tip, topic) = (try fixture.id("main"), try fixture.id("topic"))
        #expect(try repository.isAncestor(topic, of: tip))
        #expect(try repository.isAncestor(tip, of: tip))
        #expect(try !repository.isAncestor(tip, of: topic))
        let shallow = try GitRepository(discovering: fixture.clone(to: "shallow", depth: 2))
        #expect(try shallow.isAncestor(topic, of: tip))
        let error = #expect(throws: GitError.self) { try shallow.isAncestor(tip, of: topic) }
        #expect(error?.message.contains("--unshallow") == true)
    }

    @Test func absentRepositoryIsNamed() throws {
        let fixture = try GitFixture()
        let error = #expect(throws: GitError.self) {
            try GitRepository(discovering: fixture.directory)
        }
        #expect(error?.code == .notFound)
        #expect(error?.call == "git_repository_open_ext")
        #expect(error?.message.contains(fixture.directory) == true)
    }

    @Test(.enabled(if: getuid() == 0, "only root can give a folder away"))
    func repositoryOfAnotherUserIsExplained() throws {
        let fixture = try fixture()
        let path = "\(fixture.directory)/foreign"
        try FileManager.default.copyItem(atPath: fixture.path, toPath: path)
        #expect(chown(path, 65534, 65534) == 0)
        #expect(chown("\(path)/.git", 65534, 65534) == 0)
        let error = #expect(throws: GitError.self) { try GitRepository(discovering: path) }
        #expect(error?.code == .notOwner)
        #expect(error?.message.contains("safe.directory") == true)
    }
}
