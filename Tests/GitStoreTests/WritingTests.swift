import Foundation
import GitStore
import TestSupport
import Testing

@Suite struct WritingTests {
    private let author = Signature(
        name: "Sam", email: "sam@example.com",
        when: GitTime(seconds: 1_700_000_000, offsetMinutes: -90))

    private func fixture() throws -> GitFixture {
        let fixture = try GitFixture()
        try fixture.write(Array("#!/bin/sh\n".utf8), to: "run.sh")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: "\(fixture.path)/run.sh")
        try fixture.commitMigration("1_a", "select 1;\n")
        return fixture
    }

    @Test func branchGetsOneCommitAndNothingElseMoves() throws {
        let fixture = try fixture()
        let parent = try fixture.id()
        let repository = try GitRepository(discovering: fixture.path)
        let commit = try repository.createBranch(
            "hotfix/1", at: parent,
            files: [
                "prisma/migrations/2_b/migration.sql": Array("select 2;\n".utf8),
                "prisma/migrations/2_b/README.md": Array("why".utf8),
                "run.sh": Array("#!/bin/bash\n".utf8), "new.txt": [],
            ],
            message: "hotfix: restore\n\nbody\n", author: author)
        #expect(try fixture.id("hotfix/1") == commit)
        #expect(try fixture.id("main") == parent)
        #expect(try fixture.git("status", "--porcelain") == "")
        #expect(try fixture.git("symbolic-ref", "HEAD") == "refs/heads/main")
        #expect(try fixture.git("fsck", "--strict") == "")
        #expect(
            try fixture.git("ls-tree", "-r", "--format=%(objectmode) %(path)", "hotfix/1")
                == """
                100644 new.txt
                100644 prisma/migrations/1_a/migration.sql
                100644 prisma/migrations/2_b/README.md
                100644 prisma/migrations/2_b/migration.sql
                100755 run.sh
                """)
        let written = try repository.commit(commit)
        #expect(written.parents == [parent])
        #expect(written.author == author)
        #expect(written.author.when.description == "2023-11-14T20:43:20-01:30")
        #expect(written.subject == "hotfix: restore")
        let listing = try fixture.listing("hotfix/1")
        #expect(listing.folder("2_b")?.provenance?.commit == commit)
    }

    @Test func whatIsRemovedIsNotInTheCommit() throws {
        let fixture = try fixture()
        try fixture.write(Array("1".utf8), to: "prisma/migrations/1_a/smoke/a.sql")
        try fixture.write(Array("2".utf8), to: "prisma/migrations/1_a/smoke/b.sql")
        let parent = try fixture.commit("checks")
        let repository = try GitRepository(discovering: fixture.path)
        let gone = "prisma/migrations/1_a/smoke"
        let commit = try repository.createBranch(
            "hotfix/1", at: parent, files: ["prisma/migrations/2_b/migration.sql": []],
            removing: [gone, "run.sh"], message: "less", author: author)
        #expect(try fixture.git("fsck", "--strict") == "")
        #expect(
            try fixture.git("ls-tree", "-r", "--name-only", commit.hex)
                == "prisma/migrations/1_a/migration.sql\nprisma/migrations/2_b/migration.sql")
        #expect(throws: GitError.self) {
            try repository.commit([:], removing: [gone], on: commit, message: "x", author: author)
        }
    }

    @Test func existingBranchIsNeverOverwritten() throws {
        let fixture = try fixture()
        let tip = try fixture.id()
        let repository = try GitRepository(discovering: fixture.path)
        let error = #expect(throws: GitError.self) {
            try repository.createBranch(
                "main", at: tip, files: ["x": []], message: "x", author: author)
        }
        #expect(error?.code == .exists)
        #expect(try fixture.id("main") == tip)
        let invalid = #expect(throws: GitError.self) {
            try repository.createBranch(
                "a..b", at: tip, files: ["x": []], message: "x", author: author)
        }
        #expect(invalid?.code == .invalidName)
    }

    @Test func folderIsNotReplacedByAFile() throws {
        let fixture = try fixture()
        let repository = try GitRepository(discovering: fixture.path)
        let tip = try fixture.id()
        for path in ["prisma", "run.sh/below", "../out", ".git/config"] {
            #expect(throws: GitError.self) {
                try repository.createBranch(
                    "topic", at: tip, files: [path: [0x61]], message: "x", author: author)
            }
        }
        #expect(throws: GitFixtureError.self) { try fixture.id("topic") }
    }

    @Test func authorComesFromTheConfiguration() throws {
        let fixture = try fixture()
        try fixture.git("config", "user.name", "Configured")
        try fixture.git("config", "user.email", "configured@example.com")
        let repository = try GitRepository(discovering: fixture.path)
        let commit = try repository.createBranch(
            "topic", at: fixture.id(), files: ["x": [0x61]], message: "x")
        #expect(try repository.commit(commit).author.name == "Configured")
    }

    @Test func missingAuthorIsExplained() throws {
        let fixture = try fixture()
        try fixture.git("config", "user.name", "")
        let repository = try GitRepository(discovering: fixture.path)
        let error = #expect(throws: GitError.self) {
            try repository.createBranch(
                "topic", at: fixture.id(), files: ["x": [0x61]], message: "x")
        }
        #expect(error?.message.contains("git config user.name") == true)
    }

    @Test func branchAdvancesOnlyForwardAndNotUnderAWorkTree() throws {
        let fixture = try fixture()
        let repository = try GitRepository(discovering: fixture.path)
        let base = try fixture.id()
        try repository.createBranch("staging", at: base)
        let next = try repository.commit(
            ["x": [0x61]], on: base, message: "x", author: author)
        try repository.advanceBranch("staging", to: next)
        #expect(try fixture.id("staging") == next)
        let other = try repository.commit(
            ["y": [0x61]], on: base, message: "y", author: author)
        let lost = #expect(throws: GitError.self) {
            try repository.advanceBranch("staging", to: other)
        }
        #expect(lost?.code == .notFastForward)
        let checkedOut = #expect(throws: GitError.self) {
            try repository.advanceBranch("main", to: next)
        }
        #expect(checkedOut?.code == .checkedOut)
        #expect(try fixture.id("main") == base)
    }

    @Test func mergeKeepsBothSidesAndReportsConflicts() throws {
        let fixture = try fixture()
        let repository = try GitRepository(discovering: fixture.path)
        let base = try fixture.id()
        try repository.createBranch("staging", at: base)
        let topic = try repository.createBranch(
            "topic", at: base,
            files: ["prisma/migrations/2_b/migration.sql": Array("select 2;\n".utf8)],
            message: "add 2_b", author: author)
        let merge = try repository.mergeBranch("topic", into: "staging", author: author)
        #expect(try fixture.id("staging") == merge)
        #expect(try repository.commit(merge).parents == [base, topic])
        let provenance = try #require(try fixture.listing("staging").folder("2_b")?.provenance)
        #expect(provenance.merge == merge)
        #expect(provenance.commit == topic)
        let clash = try repository.commit(
            ["prisma/migrations/2_b/migration.sql": Array("select 3;\n".utf8)], on: base,
            message: "clash", author: author)
        let error = #expect(throws: GitError.self) {
            try repository.mergeCommit(of: clash, into: merge, message: "m", author: author)
        }
        #expect(error?.code == .mergeConflict)
        #expect(error?.message.contains("prisma/migrations/2_b/migration.sql") == true)
    }
}
