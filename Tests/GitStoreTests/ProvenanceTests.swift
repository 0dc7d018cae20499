import GitStore
import TestSupport
import Testing

@Suite struct ProvenanceTests {
    @Test func directCommitIsItsOwnCarrier() throws {
        let fixture = try GitFixture()
        let added = try fixture.commitMigration("1_a", "select 1;\n", author: "Ben")
        try fixture.commit("later", files: ["README.md": "hello"])
        let provenance = try #require(try fixture.listing().folder("1_a")?.provenance)
        #expect(provenance.commit == added)
        #expect(provenance.author.name == "Ben")
        #expect(provenance.author.email == "ben@example.com")
        #expect(provenance.author.when.offsetMinutes == 60)
        #expect(provenance.subject == "add 1_a")
        #expect(provenance.merge == nil)
        #expect(provenance.carrier == added)
        #expect(provenance.isExact)
    }

    @Test func mergeIsTheCarrierAndTheAuthorIsInsideTheBranch() throws {
        let fixture = try GitFixture()
        try fixture.commitMigration("1_a", "select 1;\n")
        try fixture.checkout("topic", from: "main")
        let added = try fixture.commitMigration("2_b", "select 2;\n", author: "Cleo")
        try fixture.commit("more", files: ["code.ts": "x"])
        try fixture.checkout("main")
        let merge = try fixture.merge("topic", author: "Mia")
        let provenance = try #require(try fixture.listing().folder("2_b")?.provenance)
        #expect(provenance.commit == added)
        #expect(provenance.author.name == "Cleo")
        #expect(provenance.merge == merge)
        #expect(provenance.mergedBy?.name == "Mia")
        #expect(provenance.arrivedAt > provenance.committedAt)
        #expect(provenance.carrier == merge)
    }

    @Test func squashAndFastForwardHaveNoMerge() throws {
        let fixture = try GitFixture()
        try fixture.commit("first", files: ["README.md": "hello"])
        try fixture.checkout("topic", from: "main")
        try fixture.commitMigration("1_a", "select 1;\n", author: "Cleo")
        try fixture.checkout("main")
        let squash = try fixture.squash("topic", author: "Mia")
        try fixture.checkout("other", from: "main")
        let forward = try fixture.commitMigration("2_b", "select 2;\n", author: "Dan")
        try fixture.checkout("main")
        try fixture.git("merge", "--quiet", "--ff-only", "other")
        let listing = try fixture.listing()
        #expect(listing.folder("1_a")?.provenance?.commit == squash)
        #expect(listing.folder("1_a")?.provenance?.merge == nil)
        #expect(listing.folder("2_b")?.provenance?.commit == forward)
        #expect(listing.folder("2_b")?.provenance?.author.name == "Dan")
        #expect(listing.folder("2_b")?.provenance?.merge == nil)
    }

    @Test func rebasedBranchIsTracedToTheRebasedCommit() throws {
        let fixture = try GitFixture()
        try fixture.commit("first", files: ["README.md": "hello"])
        try fixture.checkout("topic", from: "main")
        try fixture.commitMigration("1_a", "select 1;\n", author: "Cleo")
        try fixture.checkout("main")
        try fixture.commit("meanwhile", files: ["README.md": "hello again"])
        try fixture.checkout("topic")
        try fixture.git("rebase", "--quiet", "main")
        let rebased = try fixture.id()
        try fixture.checkout("main")
        let merge = try fixture.merge("topic")
        let provenance = try #require(try fixture.listing().folder("1_a")?.provenance)
        #expect(provenance.commit == rebased)
        #expect(provenance.author.name == "Cleo")
        #expect(provenance.merge == merge)
    }

    /// topic is merged to staging, staging to main: main's carrier is the release.
    @Test func eachBranchHasItsOwnCarrierAndTheSameAuthor() throws {
        let fixture = try GitFixture()
        try fixture.commitMigration("1_a", "select 1;\n")
        try fixture.git("branch", "staging")
        try fixture.checkout("topic", from: "main")
        let added = try fixture.commitMigration("2_b", "select 2;\n", author: "Cleo")
        try fixture.checkout("staging")
        let toStaging = try fixture.merge("topic")
        try fixture.commit("other work", files: ["code.ts": "y"])
        try fixture.checkout("main")
        let release = try fixture.merge("staging", author: "Eve")
        let onStaging = try #require(try fixture.listing("staging").folder("2_b")?.provenance)
        let onMain = try #require(try fixture.listing("main").folder("2_b")?.provenance)
        #expect(onStaging.carrier == toStaging)
        #expect(onMain.carrier == release)
        #expect(onMain.mergedBy?.name == "Eve")
        #expect([onStaging.commit, onMain.commit] == [added, added])
    }

    @Test func branchThatWasUpdatedFromMainIsTracedThroughItsMerges() throws {
        let fixture = try GitFixture()
        try fixture.commit("first", files: ["README.md": "hello"])
        try fixture.checkout("topic", from: "main")
        let added = try fixture.commitMigration("1_a", "select 1;\n", author: "Cleo")
        try fixture.checkout("main")
        try fixture.commitMigration("0_z", "select 0;\n")
        try fixture.checkout("topic")
        try fixture.merge("main")
        try fixture.checkout("main")
        let merge = try fixture.merge("topic")
        let provenance = try #require(try fixture.listing().folder("1_a")?.provenance)
        #expect(provenance.commit == added)
        #expect(provenance.merge == merge)
    }

    @Test func folderMadeByTheMergeItselfBelongsToTheMerge() throws {
        let fixture = try GitFixture()
        try fixture.commit("first", files: ["README.md": "hello"])
        try fixture.checkout("topic", from: "main")
        try fixture.commit("work", files: ["code.ts": "x"])
        try fixture.checkout("main")
        try fixture.git("merge", "--quiet", "--no-ff", "--no-commit", "topic")
        let merge = try fixture.commitMigration("1_a", "select 1;\n", author: "Mia")
        let provenance = try #require(try fixture.listing().folder("1_a")?.provenance)
        #expect(provenance.commit == merge)
        #expect(provenance.merge == merge)
    }

    /// An earlier file in the folder does not make it a migration.
    @Test func folderCountsFromItsScriptOn() throws {
        let fixture = try GitFixture()
        try fixture.commit("notes", files: ["prisma/migrations/1_a/README.md": "soon"])
        let added = try fixture.commitMigration("1_a", "select 1;\n")
        #expect(try fixture.listing().folder("1_a")?.provenance?.commit == added)
    }
}

extension GitTime {
    fileprivate static func > (first: GitTime, second: GitTime) -> Bool {
        first.seconds > second.seconds
    }
}
