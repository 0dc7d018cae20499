import Foundation
import GitStore
import TestSupport
import Testing

/// Small random histories, compared with `git log` and with how they were made.
@Suite struct RandomHistoryTests {
    private static let path = "prisma/migrations"

    @Test(arguments: UInt64(1)...24)
    func listingAgreesWithGitAndWithTheModel(_ seed: UInt64) throws {
        let history = GitRandomHistory(seed: seed, commits: 40)
        let fixture = try GitFixture()
        let ids = try fixture.fastImport(history.stream.bytes)
        let listing = try fixture.listing()
        let model = Model(history, ids)

        #expect(Set(listing.names) == Set(model.tip.folders.keys))
        let carriers = try gitCarriers(fixture)
        for folder in listing.folders {
            let provenance = try #require(folder.provenance)
            #expect(provenance.carrier.hex == carriers[folder.name], "\(folder.name)")
            #expect(model.isOrigin(provenance, of: folder.name), "\(folder.name)")
        }
        let changes = Dictionary(grouping: listing.changes, by: \.folder)
        #expect(
            Set(changes.filter { $0.value.first?.kind == .edited }.keys) == model.editedFolders)
        #expect(
            Set(changes.filter { $0.value.first?.kind != .edited }.keys) == model.goneFolders)
        for change in listing.changes where change.kind == .renamed {
            let from = try #require(change.newName)
            #expect(model.wasEverThere(from))
        }
    }

    @Test(arguments: UInt64(1)...24)
    func continuingFromAnyEarlierTipGivesTheSame(_ seed: UInt64) throws {
        let history = GitRandomHistory(seed: seed, commits: 40)
        let fixture = try GitFixture()
        let ids = try fixture.fastImport(history.stream.bytes)
        let cold = try fixture.listing()
        let repository = try GitRepository(discovering: fixture.path)
        let line = Model(history, ids).line
        for start in [1, line.count / 3, line.count / 2, line.count - 2]
        where line.indices.contains(start) {
            try FileManager.default.removeItem(atPath: "\(fixture.path)/.git/sluice")
            let earlier = try #require(ids[line[start].mark])
            _ = try repository.migrations(in: Self.path, at: earlier)
            #expect(try fixture.listing() == cold)
        }
    }

    /// The commit that git says added each folder, the last time it did.
    private func gitCarriers(_ fixture: GitFixture) throws -> [String: String] {
        let log = try fixture.git(
            "log", "--first-parent", "-m", "--no-renames", "--diff-filter=A", "--name-only",
            "--format=commit %H", "main", "--", Self.path)
        var carriers: [String: String] = [:]
        var commit = ""
        for line in log.split(separator: "\n") {
            if line.hasPrefix("commit ") {
                commit = String(line.dropFirst(7))
            } else if let folder = line.split(separator: "/").dropLast().last {
                carriers[String(folder)] = carriers[String(folder)] ?? commit
            }
        }
        return carriers
    }
}

/// What must be true, from the history as it was made up.
private struct Model {
    let history: GitRandomHistory
    let ids: [Int: ObjectID]
    let indices: [ObjectID: Int]
    /// The first-parent line, the tip first.
    let line: [GitRandomHistory.Commit]

    init(_ history: GitRandomHistory, _ ids: [Int: ObjectID]) {
        self.history = history
        self.ids = ids
        var indices: [ObjectID: Int] = [:]
        for (index, commit) in history.commits.enumerated() {
            if let id = ids[commit.mark] { indices[id] = index }
        }
        self.indices = indices
        var line: [GitRandomHistory.Commit] = []
        var next = history.commits.indices.last
        while let index = next {
            line.append(history.commits[index])
            next = history.commits[index].parents.first
        }
        self.line = line
    }

    var tip: GitRandomHistory.Commit { line[0] }

    var editedFolders: Set<String> {
        Set(
            tip.folders.filter { name, script in
                let first = line.last { $0.folders[name] != nil }
                return first?.folders[name] != script
            }.keys)
    }

    var goneFolders: Set<String> {
        let ever = line.reduce(into: Set<String>()) { $0.formUnion($1.folders.keys) }
        return ever.subtracting(tip.folders.keys)
    }

    func wasEverThere(_ folder: String) -> Bool {
        line.contains { $0.folders[folder] != nil }
    }

    /// Whether a commit has the folder and none of its parents does; or, when it
    /// is the merge itself, none of the merged sides has it.
    func isOrigin(_ provenance: Provenance, of folder: String) -> Bool {
        guard let index = indices[provenance.commit] else { return false }
        let commit = history.commits[index]
        guard commit.folders[folder] != nil else { return false }
        return commit.parents.allSatisfy { history.commits[$0].folders[folder] == nil }
    }
}
