import GitStore
import TestSupport
import Testing

@Suite struct BranchTests {
    private func error(
        _ fixture: GitFixture, _ branch: String, at path: String? = nil
    ) throws -> GitError {
        let repository = try GitRepository(discovering: path ?? fixture.path)
        return try #require(
            #expect(throws: GitError.self) { try repository.branch(named: branch) })
    }

    @Test func localBranchWins() throws {
        let fixture = try GitFixture()
        let first = try fixture.commit("first")
        let clone = try fixture.clone(to: "clone")
        try fixture.commit("second")
        try fixture.git(["fetch", "--quiet"], in: clone)
        let tip = try GitRepository(discovering: clone).branch(named: "main")
        #expect(tip.commit == first)
        #expect(tip.reference == "refs/heads/main")
        #expect(!tip.isRemoteTracking)
    }

    @Test func remoteTrackingBranchStandsInForAnAbsentOne() throws {
        let fixture = try GitFixture()
        try fixture.commit("first")
        try fixture.git("branch", "staging")
        let clone = try fixture.clone(to: "clone")
        let repository = try GitRepository(discovering: clone)
        for name in ["staging", "origin/staging", "refs/remotes/origin/staging"] {
            let tip = try repository.branch(named: name)
            #expect(tip.name == "staging")
            #expect(tip.reference == "refs/remotes/origin/staging")
            #expect(tip.isRemoteTracking)
            #expect(tip.commit == (try fixture.id()))
        }
    }

    @Test func onlyOtherRemoteStandsInAndSeveralAreAmbiguous() throws {
        let fixture = try GitFixture()
        try fixture.commit("first")
        let clone = try fixture.clone(to: "clone")
        try fixture.git(["remote", "rename", "origin", "upstream"], in: clone)
        try fixture.git("branch", "staging")
        try fixture.git(["fetch", "--quiet", "upstream"], in: clone)
        let tip = try GitRepository(discovering: clone).branch(named: "staging")
        #expect(tip.reference == "refs/remotes/upstream/staging")
        try fixture.git(["remote", "add", "fork", fixture.path], in: clone)
        try fixture.git(["fetch", "--quiet", "fork"], in: clone)
        let error = try error(fixture, "staging", at: clone)
        #expect(error.code == .ambiguous)
        #expect(error.message.contains("refs/remotes/fork/staging"))
    }

    @Test func unknownBranchSuggestsTheNearest() throws {
        let fixture = try GitFixture()
        try fixture.commit("first")
        try fixture.git("branch", "staging")
        let error = try error(fixture, "stagign")
        #expect(error.code == .notFound)
        #expect(
            error.message
                == "There is no branch stagign, neither local nor of a remote; "
                + "the nearest branches are: staging, main.")
        #expect(try self.error(fixture, "a..b").code == .notFound)
    }

    @Test func emptyRepositoryHasAnUnbornBranch() throws {
        let fixture = try GitFixture()
        let repository = try GitRepository(discovering: fixture.path)
        #expect(repository.isEmpty)
        #expect(try repository.head() == .unborn(name: "main"))
        #expect(try error(fixture, "main").code == .unbornBranch)
    }

    @Test func headIsABranchOrDetached() throws {
        let fixture = try GitFixture()
        let first = try fixture.commit("first")
        let repository = try GitRepository(discovering: fixture.path)
        #expect(try repository.head() == .branch(name: "main", commit: first))
        try fixture.git("checkout", "--quiet", "--detach")
        #expect(try repository.head() == .detached(commit: first))
        #expect(try repository.branch(named: "main").commit == first)
    }

    @Test func branchWithSlashesKeepsItsName() throws {
        let fixture = try GitFixture()
        try fixture.commit("first")
        try fixture.git("branch", "release/2026/q1")
        let clone = try fixture.clone(to: "clone")
        let tip = try GitRepository(discovering: clone).branch(named: "release/2026/q1")
        #expect(tip.name == "release/2026/q1")
        #expect(tip.isRemoteTracking)
    }

    @Test func revisionsResolveToCommits() throws {
        let fixture = try GitFixture()
        let first = try fixture.commit("first\n\nwith a body", author: "Ben")
        try fixture.git("tag", "--annotate", "--message", "v1", "v1")
        let second = try fixture.commit("second")
        let repository = try GitRepository(discovering: fixture.path)
        let tagged = try repository.commit(at: "v1")
        #expect(tagged.id == first)
        #expect(tagged.subject == "first")
        #expect(tagged.message == "first\n\nwith a body\n")
        #expect(tagged.author.name == "Ben")
        #expect(try repository.commit(at: "HEAD").parents == [first])
        #expect(try repository.commit(at: second.short).id == second)
        #expect(try repository.commit(second).id == second)
        #expect(throws: GitError.self) { try repository.commit(at: "nothing") }
        #expect(throws: GitError.self) { try repository.commit(at: "HEAD:") }
    }

    @Test func filesAreReadFromCommits() throws {
        let fixture = try GitFixture()
        let first = try fixture.commit("first", files: ["a/sluice.yml": "x: 1\n"])
        try fixture.git("rm", "--quiet", "a/sluice.yml")
        let second = try fixture.commit("second")
        let repository = try GitRepository(discovering: fixture.path)
        #expect(try repository.file("a/sluice.yml", at: first) == Array("x: 1\n".utf8))
        #expect(try repository.file("./a/sluice.yml", at: second) == nil)
        #expect(try repository.file("a/sluice.yml/b", at: first) == nil)
        let error = #expect(throws: GitError.self) { try repository.file("a", at: first) }
        #expect(error?.code == .wrongKind)
    }
}
