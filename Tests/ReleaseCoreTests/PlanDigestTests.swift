import Testing

@testable import ReleaseCore

@Suite("A plan's digest")
struct PlanDigestTests {
    static let pending = [Make.migration("1"), Make.migration("2")]
    static let rows = [Make.row("0")]

    static func digest(
        _ environment: String = "production", _ commit: String? = "c0ffee",
        _ pending: [Migration] = pending, _ rows: [HistoryRow] = rows
    ) -> String {
        PlanDigest.of(
            environment: environment, commit: commit, pending: pending,
            history: History(rows: rows))
    }

    @Test("changes with everything that decides what will run")
    func ingredients() {
        let digests = [
            Self.digest(),
            Self.digest("staging"),
            Self.digest("production", "decaf"),
            Self.digest("production", nil),
            Self.digest("production", "c0ffee", [Make.migration("1")]),
            Self.digest("production", "c0ffee", Self.pending.reversed()),
            Self.digest(
                "production", "c0ffee", [Make.migration("1"), Make.migration("2", "SELECT 2;")]),
            Self.digest("production", "c0ffee", [Make.migration("12")]),
            Self.digest("production", "c0ffee", Self.pending, []),
            Self.digest("production", "c0ffee", Self.pending, [Make.row("0", .rolledBack)]),
            Self.digest("production", "c0ffee", Self.pending, [Make.row("0", .failed)]),
            Self.digest("production", "c0ffee", Self.pending, [Make.row("0", script: "SELECT 2;")]),
            Self.digest("production", "c0ffee", Self.pending, Self.rows + Self.rows),
            Self.digest("production", "c0ffee", [], Self.rows),
        ]
        #expect(Set(digests).count == digests.count)
        #expect(digests.allSatisfy { $0.wholeMatch(of: /[0-9a-f]{64}/) != nil })
    }

    @Test("stays the same when nothing of that changes")
    func irrelevance() {
        var row = Make.row("0", age: .seconds(5), id: "another")
        row.startedAt = "2030-01-01"
        row.finishedAt = "2030-01-01"
        row.appliedSteps = 0
        #expect(Self.digest("production", "c0ffee", Self.pending, [row]) == Self.digest())
    }

    @Test("is matched by a prefix of twelve digits or more, in any case")
    func prefixes() {
        let digest = Make.digest
        #expect(PlanDigest.matches(digest, digest))
        #expect(PlanDigest.matches(String(digest.prefix(12)), digest))
        #expect(PlanDigest.matches(digest.prefix(20).uppercased(), digest))
        #expect(!PlanDigest.matches(String(digest.prefix(11)), digest))
        #expect(!PlanDigest.matches("", digest))
        #expect(!PlanDigest.matches(digest + "0", digest))
        #expect(!PlanDigest.matches("f" + digest.prefix(12), digest))
    }
}
