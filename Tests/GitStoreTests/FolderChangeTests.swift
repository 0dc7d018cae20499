import GitStore
import TestSupport
import Testing

@Suite struct FolderChangeTests {
    private static func script(_ name: String) -> String {
        "prisma/migrations/\(name)/migration.sql"
    }

    @Test func editNamesTheCommitThatEdited() throws {
        let fixture = try GitFixture()
        try fixture.commitMigration("1_a", "select 1;\n")
        let original = try #require(try fixture.listing().folder("1_a")?.blob)
        let edit = try fixture.commit(
            "fix", files: [Self.script("1_a"): "select 2;\n"], author: "Ben")
        let listing = try fixture.listing()
        let change = try #require(listing.changes.first)
        #expect(listing.changes.count == 1)
        #expect(change.kind == .edited)
        #expect(change.folder == "1_a")
        #expect(change.provenance.commit == edit)
        #expect(change.provenance.author.name == "Ben")
        #expect(change.from == original)
        #expect(change.to == listing.folder("1_a")?.blob)
        #expect(listing.folder("1_a")?.provenance?.subject == "add 1_a")
    }

    @Test func editInsideAMergedBranchNamesCommitAndMerge() throws {
        let fixture = try GitFixture()
        try fixture.commitMigration("1_a", "select 1;\n")
        try fixture.checkout("topic", from: "main")
        let edit = try fixture.commit("fix", files: [Self.script("1_a"): "select 2;\n"])
        try fixture.commit("more", files: ["code.ts": "x"])
        try fixture.checkout("main")
        let merge = try fixture.merge("topic")
        let change = try #require(try fixture.listing().changes.first)
        #expect(change.provenance.commit == edit)
        #expect(change.provenance.merge == merge)
    }

    /// What happens on a branch before it is merged is nobody's business.
    @Test func editBeforeTheMergeIsNoEdit() throws {
        let fixture = try GitFixture()
        try fixture.commit("first", files: ["README.md": "hello"])
        try fixture.checkout("topic", from: "main")
        let added = try fixture.commitMigration("1_a", "select 1;\n")
        try fixture.commit("fix", files: [Self.script("1_a"): "select 2;\n"])
        try fixture.checkout("main")
        try fixture.merge("topic")
        let listing = try fixture.listing()
        #expect(listing.changes.isEmpty)
        #expect(listing.folder("1_a")?.provenance?.commit == added)
    }

    @Test func editThatWasTakenBackIsNone() throws {
        let fixture = try GitFixture()
        try fixture.commitMigration("1_a", "select 1;\n")
        try fixture.commit("fix", files: [Self.script("1_a"): "select 2;\n"])
        try fixture.commit("unfix", files: [Self.script("1_a"): "select 1;\n"])
        #expect(try fixture.listing().changes.isEmpty)
    }

    @Test func onlyEditsSinceTheOriginalAreTold() throws {
        let fixture = try GitFixture()
        try fixture.commitMigration("1_a", "select 1;\n")
        for (number, subject) in [(2, "fix"), (1, "unfix"), (3, "third"), (4, "fourth")] {
            try fixture.commit(subject, files: [Self.script("1_a"): "select \(number);\n"])
        }
        let changes = try fixture.listing().changes
        #expect(changes.map(\.provenance.subject) == ["third", "fourth"])
        #expect(changes[0].to == changes[1].from)
    }

    /// macOS once wrote names with separate accents.
    @Test func otherAccentEncodingIsTheSameName() throws {
        var stream = GitFastImportStream()
        let blob = stream.blob(Array("select 1;\n".utf8))
        let names = ["1_e\u{301}", "1_\u{E9}"].map { "prisma/migrations/\($0)/migration.sql" }
        let first = stream.commit(
            to: "main", parents: [], message: "a\n", changes: [(names[0], blob)])
        let second = stream.commit(
            to: "main", parents: [first], message: "b\n",
            changes: [(names[0], nil), (names[1], blob)])
        _ = stream.commit(
            to: "back", parents: [second], message: "c\n",
            changes: [(names[1], nil), (names[0], blob)])
        let fixture = try GitFixture()
        try fixture.fastImport(stream.bytes)
        for branch in ["main", "back", "main"] {
            let listing = try fixture.listing(branch)
            #expect(listing.changes.isEmpty)
            #expect(listing.problems.isEmpty)
            let bytes = listing.names.map { Array($0.utf8) }
            #expect(bytes == [Array((branch == "main" ? "1_\u{E9}" : "1_e\u{301}").utf8)])
        }
    }

    @Test func otherLineEndingsAreNoEdit() throws {
        let fixture = try GitFixture()
        try fixture.git("config", "core.autocrlf", "false")
        try fixture.commitMigration("1_a", "select 1;\nselect 2;\n")
        try fixture.commit("windows", files: [Self.script("1_a"): "select 1;\r\nselect 2;\r\n"])
        #expect(try fixture.listing().changes.isEmpty)
    }

    @Test func removalNamesTheCommit() throws {
        let fixture = try GitFixture()
        try fixture.commitMigration("1_a", "select 1;\n")
        try fixture.commitMigration("2_b", "select 2;\n")
        try fixture.checkout("topic", from: "main")
        let removal = try fixture.commit("drop it", removing: ["prisma/migrations/1_a"])
        try fixture.checkout("main")
        let merge = try fixture.merge("topic")
        let listing = try fixture.listing()
        let change = try #require(listing.changes.first)
        #expect(listing.names == ["2_b"])
        #expect(change.kind == .removed)
        #expect(change.folder == "1_a")
        #expect(change.to == nil)
        #expect(change.provenance.commit == removal)
        #expect(change.provenance.merge == merge)
    }

    @Test func folderThatCameBackTheSameIsNoChange() throws {
        let fixture = try GitFixture()
        try fixture.commitMigration("1_a", "select 1;\n")
        try fixture.commit("drop it", files: ["x": "y"], removing: ["prisma/migrations/1_a"])
        let again = try fixture.commitMigration("1_a", "select 1;\n")
        let listing = try fixture.listing()
        #expect(listing.changes.isEmpty)
        #expect(listing.folder("1_a")?.provenance?.commit == again)
    }

    @Test func folderThatCameBackDifferentIsAnEdit() throws {
        let fixture = try GitFixture()
        try fixture.commitMigration("1_a", "select 1;\n")
        try fixture.commit("drop it", removing: ["prisma/migrations/1_a"])
        let again = try fixture.commitMigration("1_a", "select 1, 2;\n")
        let change = try #require(try fixture.listing().changes.first)
        #expect(change.kind == .edited)
        #expect(change.provenance.commit == again)
    }

    @Test(arguments: ["select 1;\nselect 2;\n", "select 1;\r\nselect 2;\r\n"])
    func renameNamesBothFolders(_ script: String) throws {
        let fixture = try GitFixture()
        try fixture.git("config", "core.autocrlf", "false")
        try fixture.commitMigration("1_a", "select 1;\nselect 2;\n")
        let rename = try fixture.commit(
            "rename", files: [Self.script("2_a"): script], removing: ["prisma/migrations/1_a"])
        let listing = try fixture.listing()
        let change = try #require(listing.changes.first)
        #expect(listing.names == ["2_a"])
        #expect(listing.changes.count == 1)
        #expect(change.kind == .renamed)
        #expect(change.folder == "1_a")
        #expect(change.newName == "2_a")
        #expect(change.provenance.commit == rename)
        #expect(listing.folder("2_a")?.provenance?.commit == rename)
    }

    @Test func chainOfRenamesLeadsToTheLastName() throws {
        let fixture = try GitFixture()
        try fixture.commitMigration("1_a", "select 1;\n")
        try fixture.git("mv", "prisma/migrations/1_a", "prisma/migrations/2_a")
        try fixture.commit("first rename")
        try fixture.git("mv", "prisma/migrations/2_a", "prisma/migrations/3_a")
        try fixture.commit("second rename")
        let changes = try fixture.listing().changes
        #expect(changes.map(\.folder) == ["1_a", "2_a"])
        #expect(changes.map(\.newName) == ["3_a", "3_a"])
        #expect(changes.map(\.provenance.subject) == ["first rename", "second rename"])
    }

    /// A merge that was reverted and merged again differently was on the branch.
    @Test func revertedAndCorrectedBranchIsAnEdit() throws {
        let fixture = try GitFixture()
        try fixture.commit("first", files: ["README.md": "hello"])
        try fixture.checkout("topic", from: "main")
        try fixture.commitMigration("1_a", "select 1;\n")
        try fixture.checkout("main")
        try fixture.merge("topic")
        try fixture.git("revert", "--no-edit", "-m", "1", "HEAD")
        #expect(try fixture.listing().changes.map(\.kind) == [.removed])
        let corrected = try fixture.commitMigration("1_a", "select 2;\n")
        let listing = try fixture.listing()
        #expect(listing.changes.map(\.kind) == [.edited])
        #expect(listing.changes.map(\.provenance.commit) == [corrected])
    }
}
