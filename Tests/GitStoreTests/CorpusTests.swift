import Foundation
import GitStore
import TestSupport
import Testing

@Suite struct CorpusTests {
    private static let path = "internal-packages/database/prisma/migrations"

    @Test(.enabled(if: CorpusRepository.sharedCorpus() != nil, "the corpus is not here"))
    func realMigrationsAreFoundWithWhatGitSaysBroughtThem() throws {
        let corpus = CorpusRepository(
            corpus: try #require(CorpusRepository.sharedCorpus()), commits: 2500, mainLag: 7,
            path: Self.path)
        let fixture = try GitFixture()
        try corpus.build(in: fixture)
        let names = try corpus.names()
        for (branch, count) in [("staging", names.count), ("main", names.count - 7)] {
            let listing = try fixture.listing(branch, path: Self.path)
            #expect(listing.names == Array(names.prefix(count)))
            #expect(listing.problems.isEmpty)
            #expect(listing.changes.isEmpty)
            #expect(listing.lockProvider == "postgresql")
            let carriers = Dictionary(
                listing.folders.map { ($0.name, $0.provenance?.carrier.hex) }
            ) { $1 }
            #expect(carriers == (try gitCarriers(fixture, branch)))
            #expect(listing.folders.allSatisfy { $0.provenance?.subject == "add \($0.name)" })
            #expect(try fixture.listing(branch, path: Self.path) == listing)
        }
        let plain = try MigrationDirectory.listing(at: corpus.corpus)
        let staging = try fixture.listing("staging", path: Self.path)
        #expect(plain.folders.map(\.digests) == staging.folders.map(\.digests))
        #expect(plain.folders.map(\.blob) == staging.folders.map(\.blob))
    }

    private func gitCarriers(
        _ fixture: GitFixture, _ branch: String
    ) throws -> [String: String?] {
        let log = try fixture.git(
            "log", "--first-parent", "--no-renames", "--diff-filter=A", "--name-only",
            "--format=commit %H", branch, "--", Self.path)
        var carriers: [String: String?] = [:]
        var commit = ""
        for line in log.split(separator: "\n") {
            if line.hasPrefix("commit ") {
                commit = String(line.dropFirst(7))
            } else if line.hasSuffix("/migration.sql"),
                let folder = line.split(separator: "/").dropLast().last
            {
                carriers[String(folder)] = commit
            }
        }
        return carriers
    }
}
