import SQLAnalysis
import Testing

/// A script, and its units as `kind[first-last]`, with the kept modes and a rollback.
private struct UnitCase: Sendable, CustomTestStringConvertible {
    let sql: String
    let units: [String]
    init(_ sql: String, _ units: String...) {
        self.sql = sql
        self.units = units
    }
    var testDescription: String { sql }
}

private func describe(_ unit: ExecutionUnit) -> String {
    let kind = unit.kind == .alone ? "alone" : "tx"
    let modes = unit.begin.map { " \($0)" } ?? ""
    let ending = unit.ending == .rollback ? " rollback" : ""
    return
        "\(kind)[\(unit.statements.lowerBound + 1)-\(unit.statements.upperBound)]\(modes)\(ending)"
}

@Suite struct UnitPlannerTests {
    @Test(arguments: [
        "CREATE TABLE a (id int); INSERT INTO a VALUES (1);",
        "SAVEPOINT s; SELECT 1; ROLLBACK TO s; RELEASE s",
        "REFRESH MATERIALIZED VIEW CONCURRENTLY v", "ANALYZE a", "REINDEX TABLE a",
        "CLUSTER a USING i", "DISCARD PLANS", "ALTER DATABASE d SET work_mem = '1MB'",
        "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p WITH (create_slot = false)",
        "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p WITH (connect = false)",
        "ALTER SUBSCRIPTION s SET PUBLICATION p WITH (refresh = false)",
        "ALTER SUBSCRIPTION s DISABLE", "ALTER TABLE a DETACH PARTITION b",
        "DO $$ BEGIN RAISE NOTICE 'COMMIT;'; -- COMMIT;\n UPDATE t SET commit = 1; END $$",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END",
        "ALTER TYPE mood ADD VALUE 'sad'; CREATE TABLE t (m mood DEFAULT 'ok')",
        "ALTER TYPE mood ADD VALUE 'a'; ALTER TYPE mood ADD VALUE 'b' AFTER 'a'",
        "ALTER TYPE mood ADD VALUE 'a'; CREATE TYPE other AS ENUM ('a')", "", "-- nothing\n",
    ])
    func staysOneTransaction(_ sql: String) throws {
        let script = try Script(sql)
        #expect(script.mode == .transactional)
        #expect(script.units.count == 1)
        #expect(script.sql(of: script.units[0]) == sql)
        #expect(script.units[0].statements == 0..<script.statements.count)
    }

    @Test(arguments: [
        "CREATE INDEX CONCURRENTLY i ON a (id)", "DROP INDEX CONCURRENTLY i",
        "REINDEX INDEX CONCURRENTLY i", "REINDEX (CONCURRENTLY) TABLE a", "REINDEX SCHEMA s",
        "REINDEX DATABASE d", "REINDEX SYSTEM d", "VACUUM", "VACUUM FULL a", "VACUUM (ANALYZE) a",
        "CLUSTER", "ALTER SYSTEM SET work_mem = '1MB'", "CREATE DATABASE d", "DROP DATABASE d",
        "ALTER DATABASE d SET TABLESPACE t", "CREATE TABLESPACE t LOCATION '/x'",
        "DROP TABLESPACE t", "ALTER TABLE a DETACH PARTITION b CONCURRENTLY",
        "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p", "DROP SUBSCRIPTION s",
        "ALTER SUBSCRIPTION s REFRESH PUBLICATION", "ALTER SUBSCRIPTION s SET PUBLICATION p",
        "ALTER SUBSCRIPTION s ADD PUBLICATION p", "DISCARD ALL", "COMMIT PREPARED 'x'",
        "ROLLBACK PREPARED 'x'", "DO $$ BEGIN COMMIT; END $$",
        "DO $$ BEGIN FOR i IN 1..2 LOOP ROLLBACK; END LOOP; END $$",
        "DO $$ BEGIN IF true THEN COMMIT AND CHAIN; END IF; END $$",
    ])
    func standsAlone(_ sql: String) throws {
        let script = try Script("SELECT 1; \(sql); SELECT 2")
        #expect(script.units.map(describe) == ["tx[1-1]", "alone[2-2]", "tx[3-3]"])
        #expect(script.sql(of: script.units[1]) == sql)
        guard case .stepwise(let reasons) = script.mode else {
            Issue.record("the script must be stepwise")
            return
        }
        #expect(reasons.map(\.statement) == [2])
        #expect(reasons.allSatisfy { $0.sentence.hasSuffix(".") })
    }

    @Test(arguments: [
        UnitCase("BEGIN; SELECT 1; SELECT 2; COMMIT;", "tx[2-3]"),
        UnitCase("SELECT 1; BEGIN; SELECT 2; END; SELECT 3", "tx[1-1]", "tx[3-3]", "tx[5-5]"),
        UnitCase(
            "START TRANSACTION ISOLATION LEVEL SERIALIZABLE, /* x */ READ ONLY; SELECT 1; ABORT",
            "tx[2-2] ISOLATION LEVEL SERIALIZABLE , READ ONLY rollback"),
        UnitCase(
            "BEGIN WORK ISOLATION LEVEL REPEATABLE READ; SELECT 1; COMMIT AND CHAIN; SELECT 2; COMMIT",
            "tx[2-2] ISOLATION LEVEL REPEATABLE READ", "tx[4-4] ISOLATION LEVEL REPEATABLE READ"),
        UnitCase("SELECT 1; COMMIT; SELECT 2", "tx[1-1]", "tx[3-3]"),
        UnitCase("SELECT 1; ROLLBACK; SELECT 2", "tx[1-1] rollback", "tx[3-3]"),
        UnitCase("BEGIN; SELECT 1", "tx[2-2]"),
        UnitCase("BEGIN; SELECT 1; BEGIN; SELECT 2; COMMIT", "tx[2-4]"),
        UnitCase("BEGIN; VACUUM; COMMIT", "tx[2-2]"), UnitCase("BEGIN; COMMIT", "tx[1-0]"),
        UnitCase(
            "SELECT 1; BEGIN; SELECT 2; PREPARE TRANSACTION 'x'; SELECT 3", "tx[1-1]",
            "alone[2-4]", "tx[5-5]"),
        UnitCase(
            "ALTER TYPE mood ADD VALUE 'sad'; SELECT 1; UPDATE t SET m = 'sad'", "tx[1-2]",
            "tx[3-3]"),
        UnitCase(
            "ALTER TYPE mood ADD VALUE 'sad'; ALTER TABLE t ADD c mood[] DEFAULT '{sad}'",
            "tx[1-1]",
            "tx[2-2]"),
        UnitCase(
            "ALTER TYPE mood ADD VALUE 'it''s'; CREATE FUNCTION f() RETURNS mood LANGUAGE sql AS "
                + "$$ SELECT 'it''s'::mood $$", "tx[1-1]", "tx[2-2]"),
        UnitCase(
            "ALTER TYPE mood ADD VALUE 'a'; ALTER TABLE t ALTER c TYPE mood USING c::mood",
            "tx[1-1]",
            "tx[2-2]"),
        UnitCase(
            "ALTER TYPE \"Mood\" ADD VALUE 'a'; UPDATE t SET m = lower(n)::\"Mood\"", "tx[1-1]",
            "tx[2-2]"),
        UnitCase(
            "ALTER TYPE mood ADD VALUE 'a'; SELECT enum_range(NULL::mood)", "tx[1-1]", "tx[2-2]"),
        UnitCase(
            "ALTER TYPE mood ADD VALUE 'a'; UPDATE t SET m = E'\\x61'", "tx[1-1]", "tx[2-2]"),
        UnitCase(
            "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$; CALL p()", "tx[1-1]",
            "alone[2-2]"),
        UnitCase("-- sluice:stepwise\nSELECT 1; SELECT 2", "tx[1-1]", "tx[2-2]"),
        UnitCase(
            "-- sluice:stepwise\nBEGIN; SELECT 1; SELECT 2; COMMIT; SELECT 3", "tx[2-3]", "tx[5-5]"),
    ])
    private func unitsFollowTransactionControl(_ example: UnitCase) throws {
        let script = try Script(example.sql)
        #expect(script.units.map(describe) == example.units)
        #expect(!script.mode.isTransactional)
    }

    @Test(arguments: [
        ("BEGIN; SELECT 1", "BEGIN has no COMMIT"),
        ("BEGIN; BEGIN; COMMIT", "PostgreSQL only warns"),
        ("SELECT 1; COMMIT", "COMMIT without BEGIN"), ("BEGIN; VACUUM; COMMIT", "has begun one"),
        ("COMMIT AND CHAIN", "refused by PostgreSQL"),
        ("SET LOCAL lock_timeout = '1s'; VACUUM", "SET LOCAL ends"),
        ("BEGIN; ALTER TYPE m ADD VALUE 'a'; SELECT 'a'::m; COMMIT", "cannot be used before"),
    ])
    func oddTransactionControlIsNoted(_ sql: String, _ sentence: String) throws {
        let script = try Script(sql)
        #expect(script.notes.contains { $0.sentence.contains(sentence) })
    }
}
