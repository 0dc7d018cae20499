import Foundation
import Testing

/// Real migrations, each undone by the SQL its difference renders to.
struct CorpusWalkTests {
    private static let folders = CorpusWalk.folders
    private static let isFull = ProcessInfo.processInfo.environment["SLUICE_FULL"] == "1"

    /// Every migration with `SLUICE_FULL=1`, otherwise a slice.
    @Test(
        .enabled(if: !folders.isEmpty, "the corpus is not beside the package"),
        arguments: folders)
    func everyMigrationCanBeUndone(folder: String) async throws {
        let migrations = try CorpusWalk.migrations(in: folder)
        let walk = try await CorpusWalk()
        let clock = ContinuousClock()
        let start = clock.now
        try await walk.walk(migrations) { Self.isFull || $0 % 20 == 5 }
        try await walk.finish()
        let tally = walk.tally
        let checked = tally.restored + tally.named.count + tally.failures.count
        let skipped = tally.inapplicable.count
        let milliseconds = tally.snapshotSeconds * 1000 / Double(max(tally.snapshots, 1))
        print(
            "undone: \(tally.restored) of \(checked) restored,",
            "\(tally.named.count) named as unrestorable, \(tally.failures.count) failed,",
            "\(skipped) do not apply;",
            "\(Int((clock.now - start) / .seconds(1))) s, \(Int(milliseconds)) ms per snapshot:",
            folder)
        for line in tally.named + tally.failures + tally.inapplicable { print(line) }
        #expect(tally.failures.isEmpty)
        #expect(checked + skipped >= migrations.count / 20)
    }
}
