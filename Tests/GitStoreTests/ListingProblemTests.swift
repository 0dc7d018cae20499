import Foundation
import GitStore
import TestSupport
import Testing

@Suite struct ListingProblemTests {
    private static let path = "prisma/migrations"

    /// The same files, once through Git and once as a plain folder.
    private func listings(
        _ files: [String: [UInt8]], _ prepare: (GitFixture) throws -> Void = { _ in }
    ) throws -> [MigrationListing] {
        let fixture = try GitFixture()
        try fixture.write(Array("select 0;\n".utf8), to: "\(Self.path)/0_good/migration.sql")
        for (file, bytes) in files { try fixture.write(bytes, to: "\(Self.path)/\(file)") }
        try prepare(fixture)
        try fixture.commit("all")
        let plain = try MigrationDirectory.listing(at: "\(fixture.path)/\(Self.path)")
        return [try fixture.listing(), plain]
    }

    @Test func goodFoldersHaveNoProblem() throws {
        for listing in try listings([
            "1_a/migration.sql": Array("select 'ü';\n".utf8),
            "1_a/README.md": Array("notes".utf8), "README.md": Array("notes".utf8),
            ".hidden/migration.sql": Array("select 3;\n".utf8),
        ]) {
            #expect(listing.problems.isEmpty)
            #expect(listing.names == [".hidden", "0_good", "1_a"])
            #expect(listing.pathExists)
            #expect(listing.folder("1_a")?.size == 13)
        }
    }

    @Test func folderWithoutScript() throws {
        for listing in try listings(["1_a/down.sql": Array("x".utf8)]) {
            #expect(listing.names == ["0_good"])
            #expect(listing.problemKinds == [.missingScript])
            #expect(listing.problems.first?.folder == "1_a")
            #expect(listing.problems.first?.detail == "1_a has no migration.sql.")
        }
    }

    @Test func scriptThatIsAFolderOrALink() throws {
        let all = try listings(["1_a/migration.sql/x": [1]]) { fixture in
            try FileManager.default.createDirectory(
                atPath: "\(fixture.path)/\(Self.path)/2_b", withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(
                atPath: "\(fixture.path)/\(Self.path)/2_b/migration.sql",
                withDestinationPath: "../0_good/migration.sql")
        }
        for listing in all {
            #expect(listing.problemKinds == [.scriptNotAFile, .scriptNotAFile])
        }
    }

    @Test func scriptThatIsNotUTF8() throws {
        for listing in try listings(["1_a/migration.sql": Array("a\nb\nü".utf8) + [0xC3, 0x28]]) {
            let problem = try #require(listing.problems.first)
            #expect(problem.kind == .invalidUTF8)
            #expect(problem.offset == 6)
            #expect(problem.line == 3)
            #expect(listing.names.contains("1_a"))
        }
    }

    @Test func scriptWithNULBytes() throws {
        for listing in try listings(["1_a/migration.sql": Array("a\nb\0c".utf8)]) {
            let problem = try #require(listing.problems.first)
            #expect(problem.kind == .nulByte)
            #expect(problem.offset == 3)
            #expect(problem.line == 2)
        }
    }

    @Test func scriptWithByteOrderMark() throws {
        for listing in try listings(["1_a/migration.sql": [0xEF, 0xBB, 0xBF, 0x61]]) {
            #expect(listing.problemKinds == [.byteOrderMark])
        }
    }

    @Test(arguments: ["migration.ts", "ops.json", "migration.json", "inner/migration.json"])
    func packageOfPrisma8(_ file: String) throws {
        for listing in try listings(["1_a/\(file)": [0x61]]) {
            #expect(listing.problemKinds == [.prisma8Package])
            #expect(listing.problems.first?.detail.contains("Prisma 8") == true)
        }
    }

    /// Prisma's own documentation puts data migrations beside the script.
    @Test func typeScriptBesideAScriptIsNoPackage() throws {
        for listing in try listings([
            "1_a/migration.sql": [0x61], "1_a/migration.ts": [0x61],
        ]) {
            #expect(listing.problems.isEmpty)
        }
    }

    @Test func namesThatDifferInCaseOnly() throws {
        for listing in try listings(["1_a/migration.sql": [0x61], "1_A/migration.sql": [0x62]]) {
            #expect(listing.problemKinds == [.namesCollide])
            #expect(listing.names == ["0_good", "1_a", "1_A"])
        }
    }

    @Test(arguments: ["postgresql", "sqlite", nil])
    func provider(_ name: String?) throws {
        let text = name.map { "# comment\nprovider = \"\($0)\"\n" } ?? "# nothing\n"
        for listing in try listings(["migration_lock.toml": Array(text.utf8)]) {
            #expect(listing.lockFile == Array(text.utf8))
            #expect(listing.lockProvider == name ?? "<PROVIDER NOT FOUND>")
            #expect(listing.problemKinds == (name == "postgresql" ? [] : [.wrongProvider]))
        }
    }

    /// Prisma takes off exactly `provider = `.
    @Test func providerWithoutSpacesIsAnotherProvider() throws {
        let text = Array("provider=\"postgresql\"\r\n".utf8)
        for listing in try listings(["migration_lock.toml": text]) {
            #expect(listing.lockProvider == "provider=\"postgresql")
            #expect(listing.problemKinds == [.wrongProvider])
        }
    }

    @Test func symbolicLinkToAFolderIsAProblemAndToAFileIsNone() throws {
        let all = try listings([:]) { fixture in
            let folder = "\(fixture.path)/\(Self.path)"
            try fixture.write([0x61], to: "docs.md")
            for (name, target) in [("1_link", "0_good"), ("README.md", "../../docs.md")] {
                try FileManager.default.createSymbolicLink(
                    atPath: "\(folder)/\(name)", withDestinationPath: target)
            }
        }
        for listing in all {
            #expect(listing.names == ["0_good"])
            #expect(listing.problemKinds == [.symbolicLink])
            #expect(listing.problems.first?.folder == "1_link")
        }
    }

    @Test func submodule() throws {
        let fixture = try GitFixture()
        let commit = try fixture.commitMigration("0_good", "select 0;\n")
        try fixture.git(
            "update-index", "--add", "--cacheinfo", "160000,\(commit),\(Self.path)/1_sub")
        try fixture.git("commit", "--quiet", "--message", "submodule")
        let listing = try fixture.listing()
        #expect(listing.problemKinds == [.submodule])
        #expect(listing.names == ["0_good"])
    }

    @Test func pathThatIsAFileOrAbsent() throws {
        let fixture = try GitFixture()
        try fixture.commit("first", files: ["prisma/migrations": "I am a file"])
        let file = try fixture.listing()
        #expect(!file.pathExists)
        #expect(file.problemKinds == [.pathNotAFolder])
        let absent = try fixture.listing(path: "prisma/nowhere")
        #expect(!absent.pathExists)
        #expect(absent.problemKinds == [.pathAbsent])
        #expect(try fixture.listing(path: "prisma/migrations/deeper").problemKinds == [.pathAbsent])
        let plain = try MigrationDirectory.listing(at: "\(fixture.path)/prisma/migrations")
        #expect(plain.problemKinds == [.pathNotAFolder])
        let nowhere = try MigrationDirectory.listing(at: "\(fixture.path)/nowhere")
        #expect(nowhere.problemKinds == [.pathAbsent])
        #expect(!nowhere.pathExists)
    }

    /// Only Git can have such names: file systems end at 255 bytes.
    @Test func nameThatNoHistoryCanHold() throws {
        let fixture = try GitFixture()
        var stream = GitFastImportStream()
        let blob = stream.blob(Array("select 1;\n".utf8))
        let long = String(repeating: "x", count: 256)
        _ = stream.commit(
            to: "main", parents: [], message: "long\n",
            changes: [("\(Self.path)/\(long)/migration.sql", blob)])
        try fixture.fastImport(stream.bytes)
        #expect(try fixture.listing().problemKinds == [.nameTooLong])
    }

    @Test func plainFolderHasTheSameScriptsAsGit() throws {
        let fixture = try GitFixture()
        try fixture.commitMigration("1_a", "select 1;\n")
        try fixture.commitMigration("2 b", "select 2;\n")
        let directory = MigrationDirectory(path: "\(fixture.path)/\(Self.path)")
        let (plain, git) = (try directory.listing(), try fixture.listing())
        #expect(plain.tip == nil)
        #expect(plain.names == git.names)
        #expect(plain.folders.map(\.blob) == git.folders.map(\.blob))
        #expect(plain.folders.map(\.digests) == git.folders.map(\.digests))
        #expect(plain.folders.allSatisfy { $0.provenance == nil })
        #expect(try directory.script(named: "2 b") == Array("select 2;\n".utf8))
        #expect(throws: GitError.self) { try directory.script(named: "3_c") }
    }
}
