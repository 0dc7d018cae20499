import GitStore
import TestSupport
import Testing

/// Copies of remote repositories, the index, and folders that move.
struct MirrorTests {
    @Test func aMirrorBecomesWhatTheRemoteIs() throws {
        let git = try GitFixture()
        let first = try git.commit("one", files: ["a": "1"])
        try git.git("branch", "gone")
        let copy = try GitRepository(mirrorAt: "\(git.directory)/copy.git")
        try copy.mirror(git.path)
        #expect(copy.isBare)
        #expect(try copy.branches().map(\.reference) == ["refs/heads/gone", "refs/heads/main"])
        #expect(try copy.head() == .branch(name: "main", commit: first))

        try git.git("branch", "-D", "gone")
        try git.git("commit", "--quiet", "--amend", "--message", "rewritten")
        let rewritten = try git.git("rev-parse", "HEAD")
        try copy.mirror(git.path)
        #expect(try copy.branches().map(\.commit.hex) == [rewritten])
        // What was there before can still be asked about.
        #expect(try copy.isAncestor(first, of: copy.branches()[0].commit) == false)
    }

    @Test func anAddressIsShownWithoutItsSecrets() {
        #expect(
            GitRepository.withoutSecrets("https://ada:secret@example.com/a@b.git")
                == "https://example.com/a@b.git")
        #expect(GitRepository.withoutSecrets("git@example.com:a.git") == "git@example.com:a.git")
        #expect(GitRepository.withoutSecrets("/srv/a.git") == "/srv/a.git")
    }

    @Test func aFolderMovesWithWhatIsStagedInIt() throws {
        let git = try GitFixture()
        try git.commitMigration("20240101000000_a", "SELECT 1;")
        let repository = try GitRepository(discovering: git.path)
        let root = "prisma/migrations"
        #expect(
            try repository.moveFolder("\(root)/20240101000000_a", to: "\(root)/20240202000000_a"))
        #expect(
            try git.git("status", "--porcelain")
                == "R  \(root)/20240101000000_a/migration.sql -> \(root)/20240202000000_a/migration.sql"
        )
        let index = try GitIndex(of: repository)
        #expect(try index.scripts(in: root).keys.sorted() == ["20240202000000_a"])
        #expect(throws: GitError.self) {
            try repository.moveFolder("\(root)/absent", to: "\(root)/20240303000000_a")
        }
        #expect(throws: GitError.self) {
            try repository.moveFolder(root, to: "\(root)/20240202000000_a")
        }
    }

    @Test func theCopiesOfABranchAreTheLocalOneAndThoseOfRemotes() throws {
        let git = try GitFixture()
        try git.commit("one", files: ["a": "1"])
        let clone = "\(git.directory)/clone"
        try git.git("clone", "--quiet", git.path, clone)
        try git.git(["remote", "add", "backup", git.path], in: clone)
        try git.git(["fetch", "--quiet", "backup"], in: clone)
        let repository = try GitRepository(discovering: clone)
        #expect(try repository.remoteNames() == ["origin", "backup"])
        #expect(
            try repository.copies(ofBranch: "main").map(\.reference) == [
                "refs/heads/main", "refs/remotes/origin/main", "refs/remotes/backup/main",
            ])
        #expect(try repository.copies(ofBranch: "none").isEmpty)
    }
}
