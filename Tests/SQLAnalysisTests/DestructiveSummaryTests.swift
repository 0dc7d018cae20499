import SQLAnalysis
import Testing

@Suite struct DestructiveSummaryTests {
    private func drops(_ sql: String, history: String = "") throws -> [String] {
        let summary = DestructiveSummary(try Script(sql), after: [try Script(history)])
        return summary.drops.map { "\($0.object)\($0.isCreatedAgain ? " again" : "")" }
    }

    @Test(arguments: [
        ("DROP TABLE \"Jobs\", s.b", ["table public.\"Jobs\"", "table s.b"]),
        ("ALTER TABLE a DROP b, DROP \"C\"", ["column public.a.b", "column public.a.\"C\""]),
        (
            "ALTER TABLE a RENAME TO z; ALTER TABLE z DROP b; DROP TABLE z",
            [
                "column public.a.b", "table public.a",
            ]
        ),
        ("ALTER TABLE a RENAME b TO c; ALTER TABLE a DROP c", ["column public.a.b"]),
        ("DROP VIEW v; CREATE VIEW v AS SELECT 1", ["view public.v again"]),
        ("ALTER TABLE a DROP b, ADD b int", ["column public.a.b again"]),
        (
            "DROP INDEX i; DROP FUNCTION f(int); DROP TYPE t; DROP SEQUENCE s",
            [
                "index public.i", "function public.f", "type public.t", "sequence public.s",
            ]
        ),
        ("DROP SCHEMA s CASCADE; DROP EXTENSION e", ["schema s", "extension e"]),
        ("CREATE TABLE t (); DROP TABLE t; ALTER TABLE a ADD x int; ALTER TABLE a DROP x", []),
    ])
    func namesWhatWasThereBefore(_ sql: String, _ expected: [String]) throws {
        #expect(try drops(sql) == expected)
    }

    @Test func tellsWhereAndHow() throws {
        let summary = DestructiveSummary(
            try Script(
                "SELECT 1; DROP TABLE a CASCADE; ALTER TABLE b ALTER c TYPE int; DELETE FROM d WHERE e"
            ))
        #expect(summary.drops.map(\.statement) == [2])
        #expect(summary.drops.map(\.cascade) == [true])
        #expect(summary.retyped.map(\.description) == ["column public.b.c"])
        #expect(summary.emptied.map(\.description) == ["table public.d"])
        #expect(!summary.isEmpty)
        #expect(DestructiveSummary(try Script("CREATE TABLE a ()")).isEmpty)
    }
}
