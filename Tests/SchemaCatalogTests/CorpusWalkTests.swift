import Foundation
import Testing

/// Real migrations, each undone by the SQL its difference renders to.
struct CorpusWalkTests {
    private static let migrations = CorpusWalk.migrations()
    private static let isFull = ProcessInfo.processInfo.environment["SLUICE_FULL"] == "1"

    /// Every migration with `SLUICE_FULL=1`, otherwise a slice.
    @Test(.enabled(if: migrations != nil, "the corpus is not beside the package"))
    func everyMigrationCanBeUndone() async throws {
        let migrations = try #require(Self.migrations)
        let walk = try await CorpusWalk()
        try await walk.walk(migrations) { Self.isFull || $0 % 20 == 5 }
        try await walk.finish()
        let tally = walk.tally
        let checked = tally.restored + tally.named.count + tally.failures.count
        let milliseconds = tally.snapshotSeconds * 1000 / Double(max(tally.snapshots, 1))
        print(
            "undone: \(tally.restored) of \(checked) restored,",
            "\(tally.named.count) named as unrestorable, \(tally.failures.count) failed;",
            "\(Int(milliseconds)) ms per snapshot")
        for line in tally.named + tally.failures { print(line) }
        #expect(tally.failures.isEmpty)
        #expect(checked > 40)
    }
}
