import Foundation
import GitStore
import TestSupport
import Testing

@Suite struct ListingCacheTests {
    private func fixture() throws -> GitFixture {
        let fixture = try GitFixture()
        try fixture.commitMigration("1_a", "select 1;\n")
        try fixture.commitMigration("2_b", "select 2;\n")
        try fixture.commitMigration("3_c", "\u{FEFF}select 3;\n")
        try fixture.commit(
            "edit", files: ["prisma/migrations/1_a/migration.sql": "select 11;\n"],
            removing: ["prisma/migrations/2_b"])
        return fixture
    }

    private func directory(_ fixture: GitFixture) -> String { "\(fixture.path)/.git/sluice" }

    private func files(_ fixture: GitFixture) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory(fixture)).sorted()
            .map { "\(directory(fixture))/\($0)" }
    }

    private func forget(_ fixture: GitFixture) throws {
        try FileManager.default.removeItem(atPath: directory(fixture))
    }

    @Test func secondReadingIsTheSameAndNeedsNoObjects() throws {
        let fixture = try fixture()
        let tip = try fixture.id()
        let cold = try fixture.listing()
        #expect(try files(fixture).count == 1)
        #expect(cold.changes.count == 2)
        #expect(cold.problems.count == 1)
        let repository = try GitRepository(discovering: fixture.path)
        try FileManager.default.removeItem(atPath: "\(fixture.path)/.git/objects")
        #expect(try repository.migrations(in: "prisma/migrations", at: tip) == cold)
    }

    @Test func damagedFilesAreRebuilt() throws {
        let fixture = try fixture()
        let cold = try fixture.listing()
        let file = try #require(try files(fixture).first)
        let good = try Data(contentsOf: URL(fileURLWithPath: file))
        var damaged: [Data] = [Data(), good.prefix(10), good.prefix(good.count - 1), good + [0]]
        for position in stride(from: 0, to: good.count, by: 7) {
            var copy = good
            copy[position] ^= 0x41
            damaged.append(copy)
        }
        for bytes in damaged {
            try bytes.write(to: URL(fileURLWithPath: file))
            #expect(try fixture.listing() == cold)
            #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == good)
        }
    }

    @Test func laterTipIsContinuedFromTheCache() throws {
        let fixture = try fixture()
        _ = try fixture.listing()
        try fixture.checkout("topic", from: "main")
        try fixture.commitMigration("4_d", "select 4;\n", author: "Cleo")
        try fixture.checkout("main")
        try fixture.merge("topic")
        try fixture.commit("edit", files: ["prisma/migrations/1_a/migration.sql": "select 12;\n"])
        try fixture.commitMigration("2_b", "select 2;\n")
        let continued = try fixture.listing()
        try forget(fixture)
        #expect(try fixture.listing() == continued)
        #expect(continued.changes.map(\.kind) == [.edited, .edited])
    }

    @Test func editsCanBeTakenBackAfterTheCachedTip() throws {
        let fixture = try fixture()
        #expect(try fixture.listing().changes.count == 2)
        try fixture.commit("undo", files: ["prisma/migrations/1_a/migration.sql": "select 1;\n"])
        try fixture.commitMigration("2_b", "select 2;\n")
        #expect(try fixture.listing().changes.isEmpty)
    }

    @Test func damagedEarlierTipIsNoStartingPoint() throws {
        let fixture = try fixture()
        _ = try fixture.listing()
        let file = try #require(try files(fixture).first)
        try Data("rubbish".utf8).write(to: URL(fileURLWithPath: file))
        try fixture.commitMigration("4_d", "select 4;\n")
        let listing = try fixture.listing()
        try forget(fixture)
        #expect(try fixture.listing() == listing)
    }

    @Test func forcedPushIsNotContinued() throws {
        let fixture = try fixture()
        _ = try fixture.listing()
        try fixture.git("reset", "--quiet", "--hard", "main~2")
        try fixture.commitMigration("9_z", "select 9;\n")
        let listing = try fixture.listing()
        #expect(listing.names == ["1_a", "2_b", "9_z"])
        #expect(listing.changes.isEmpty)
    }

    @Test func unwritableCacheIsDoneWithout() throws {
        let fixture = try fixture()
        try Data().write(to: URL(fileURLWithPath: directory(fixture)))
        let first = try fixture.listing()
        #expect(try fixture.listing() == first)
        #expect(first.names == ["1_a", "3_c"])
    }

    @Test func pathsHaveTheirOwnFiles() throws {
        let fixture = try fixture()
        _ = try fixture.listing()
        #expect(try fixture.listing(path: "elsewhere").folders.isEmpty)
        #expect(try fixture.listing().names == ["1_a", "3_c"])
        #expect(try files(fixture).count == 2)
    }

    @Test func oldFilesGoAndUsedOnesStay() throws {
        let fixture = try fixture()
        try fixture.git("branch", "used")
        _ = try fixture.listing("used")
        let used = try #require(try files(fixture).first)
        for number in 0..<20 {
            try fixture.commit("commit \(number)")
            _ = try fixture.listing()
            _ = try fixture.listing("used")
        }
        #expect(try files(fixture).count == 16)
        #expect(try files(fixture).contains(used))
    }

    @Test func worktreesShareTheCache() throws {
        let fixture = try fixture()
        let other = "\(fixture.directory)/worktree"
        try fixture.git("worktree", "add", "--quiet", "-b", "other", other, "main")
        _ = try fixture.listing("other", at: other)
        #expect(try files(fixture).count == 1)
    }
}
