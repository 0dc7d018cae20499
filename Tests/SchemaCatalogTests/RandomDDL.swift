/// Random statements over a small set of names, so that they meet. Many fail;
/// those that do not make schemas nobody would think of.
struct RandomDDL {
    private var state: UInt64

    init(seed: UInt64) {
        // Far apart: neighbouring seeds would give the same row, shifted.
        state = seed &* 0xD1B5_4A32_D192_ED03
    }

    /// SplitMix64.
    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    private mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
    private mutating func pick(_ choices: [String]) -> String { choices[below(choices.count)] }
    private mutating func name(_ letter: String, _ limit: Int) -> String {
        "\"\(letter)\(below(limit))\""
    }

    private mutating func table() -> String { pick(["", "", "", "s."]) + name("T", 5) }
    private mutating func column() -> String { name("c", 5) }

    private mutating func type() -> String {
        pick([
            "int", "bigint", "text", "varchar(20)", "timestamp(3)", "jsonb", "numeric(10,2)",
            "text[]",
            "boolean", "\"E0\"", "\"E1\"[]", "\"E0\"", "\"D0\"", "uuid", "serial", "\"C0\"",
        ])
    }

    private mutating func columnDefinition() -> String {
        let tail = pick([
            "", "", "", "NOT NULL", "NOT NULL DEFAULT NULL", "DEFAULT '1'", "NOT NULL DEFAULT '2'",
            "COLLATE \"C\"", "GENERATED ALWAYS AS IDENTITY", "GENERATED ALWAYS AS (\"c0\") STORED",
            "DEFAULT f0(3)", "DEFAULT 'A'",
        ])
        return "\(column()) \(type()) \(tail)"
    }

    mutating func statement() -> String {
        switch below(12) {
        case 10, 11: lateStatement()
        case 0...2: tableStatement()
        case 3...6: alterStatement()
        case 7: typeStatement()
        case 8: codeStatement()
        default: smallStatement()
        }
    }

    private mutating func tableStatement() -> String {
        let columns = (0..<(1 + below(4))).map { _ in columnDefinition() }.joined(separator: ", ")
        return switch below(8) {
        case 0: "DROP TABLE \(table())" + pick(["", " CASCADE"])
        case 1: "CREATE TABLE \(table()) (\(columns)) PARTITION BY LIST (\(column()))"
        case 2:
            "CREATE TABLE \(table()) PARTITION OF \(table()) "
                + pick(["DEFAULT", "FOR VALUES IN ('1')", "FOR VALUES IN ('A')"])
        case 3: "CREATE TABLE \(table()) (\(columns)) INHERITS (\(table()))"
        case 4:
            "CREATE UNLOGGED TABLE \(table()) (\(columns)) WITH (fillfactor = \(50 + below(40)))"
        default: "CREATE TABLE \(table()) (\(columns))"
        }
    }

    private mutating func alterStatement() -> String {
        let alter = "ALTER TABLE \(table())"
        let key = name("k", 8)
        return switch below(18) {
        case 0...2: "\(alter) ADD \(columnDefinition())"
        case 3: "\(alter) DROP \(column())" + pick(["", " CASCADE"])
        case 4: "\(alter) ALTER \(column()) TYPE \(type())"
        case 5: "\(alter) ALTER \(column()) " + pick(["SET NOT NULL", "DROP NOT NULL"])
        case 6:
            "\(alter) ALTER \(column()) "
                + pick(["SET DEFAULT '3'", "DROP DEFAULT", "SET DEFAULT f0(1)", "SET STATISTICS 9"])
        case 7: "\(alter) ADD CONSTRAINT \(key) PRIMARY KEY (\(column()))"
        case 8: "\(alter) ADD CONSTRAINT \(key) UNIQUE (\(column()), \(column()))"
        case 9: "\(alter) ADD CONSTRAINT \(key) CHECK (\(column()) IS NOT NULL)"
        case 10: "\(alter) ADD CONSTRAINT \(key) CHECK (f0(\(column())) > 0)"
        case 11:
            "\(alter) ADD CONSTRAINT \(key) FOREIGN KEY (\(column())) REFERENCES \(table()) "
                + pick(["", "ON DELETE CASCADE", "NOT VALID"])
        case 12: "\(alter) DROP CONSTRAINT \(key)" + pick(["", " CASCADE"])
        case 13: "\(alter) RENAME \(column()) TO \(column())"
        case 14: "\(alter) RENAME TO \(name("T", 5))"
        case 15: "\(alter) " + pick(["ENABLE", "DISABLE"]) + " ROW LEVEL SECURITY"
        case 16: "\(alter) " + pick(["INHERIT", "NO INHERIT"]) + " \(table())"
        default: "\(alter) REPLICA IDENTITY " + pick(["FULL", "NOTHING", "DEFAULT"])
        }
    }

    private mutating func typeStatement() -> String {
        let enumeration = name("E", 2)
        return switch below(9) {
        case 0: "CREATE TYPE \(enumeration) AS ENUM ('A', 'B', '1')"
        case 1: "DROP TYPE \(enumeration)" + pick(["", " CASCADE"])
        case 2: "ALTER TYPE \(enumeration) ADD VALUE '\(pick(["X", "Y", "Z"]))' BEFORE 'A'"
        case 3: "ALTER TYPE \(enumeration) RENAME VALUE '\(pick(["A", "B"]))' TO 'V\(below(3))'"
        case 4:
            "CREATE DOMAIN \"D0\" AS " + pick(["int", "text CHECK (VALUE <> 'x')", "int NOT NULL"])
        case 5: "DROP DOMAIN \"D0\"" + pick(["", " CASCADE"])
        case 6: "ALTER DOMAIN \"D0\" " + pick(["SET DEFAULT '5'", "DROP DEFAULT", "DROP NOT NULL"])
        case 7: "CREATE TYPE \"C0\" AS (a int, b text)"
        default: pick(["DROP TYPE \"C0\"", "ALTER TYPE \"C0\" ADD ATTRIBUTE z int"])
        }
    }

    private mutating func codeStatement() -> String {
        let view = name("V", 3)
        return switch below(12) {
        case 0, 1: "CREATE VIEW \(view) AS SELECT * FROM \(table())"
        case 2: "CREATE VIEW \(view) AS SELECT v.*, f0(1) AS f FROM \(name("V", 3)) v"
        case 3: "CREATE MATERIALIZED VIEW \(view) AS SELECT \(column()), 1 AS one FROM \(table())"
        case 4: "DROP VIEW \(view) CASCADE"
        case 5: "DROP MATERIALIZED VIEW \(view) CASCADE"
        case 6:
            "CREATE FUNCTION f0(a int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT \(below(3))'"
        case 7:
            "CREATE OR REPLACE FUNCTION f0(a int) RETURNS int LANGUAGE sql IMMUTABLE AS "
                + "'SELECT \(below(3))'"
        case 8: "DROP FUNCTION f0(int)" + pick(["", " CASCADE"])
        case 9:
            "CREATE FUNCTION g(x \(pick(["\"E0\"", "\"T0\"", "\"D0\""]))) RETURNS int "
                + "LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'"
        case 10:
            "CREATE TRIGGER \(name("g", 2)) BEFORE UPDATE OF \(column()) ON \(table()) "
                + "FOR EACH ROW EXECUTE FUNCTION tf()"
        default: "CREATE POLICY \(name("p", 2)) ON \(table()) USING (\(column()) IS NULL)"
        }
    }

    /// What was added to the mix later, in a function of its own so that it stays
    /// easy to read.
    private mutating func lateStatement() -> String {
        let alter = "ALTER TABLE \(table())"
        return switch below(26) {
        case 0: "\(alter) RENAME CONSTRAINT \(name("k", 8)) TO \(name("k", 8))"
        case 1: "ALTER INDEX \(name("i", 6)) RENAME TO \(name("i", 6))"
        case 2: "ALTER TABLE \(name("V", 3)) ALTER \(column()) SET DEFAULT NULL"
        case 3: "ALTER VIEW \(name("V", 3)) ALTER \(column()) SET DEFAULT '1'"
        case 4: "ALTER MATERIALIZED VIEW \(name("V", 3)) ALTER \(column()) SET STATISTICS 50"
        case 5: "\(alter) \(pick(["DISABLE", "ENABLE", "ENABLE ALWAYS"])) TRIGGER \(name("g", 2))"
        case 6:
            "CREATE CONSTRAINT TRIGGER \(name("g", 2)) AFTER INSERT ON \(table()) DEFERRABLE "
                + "FOR EACH ROW EXECUTE FUNCTION tf()"
        case 7: "CREATE RULE \(name("r", 2)) AS ON DELETE TO \(table()) DO INSTEAD NOTHING"
        case 8:
            "ALTER DOMAIN \"D0\" ADD CONSTRAINT \(name("k", 3)) CHECK (VALUE IS NOT NULL) NOT VALID"
        case 9: "COMMENT ON CONSTRAINT \(name("k", 8)) ON \(table()) IS '\(below(3))'"
        case 10: "COMMENT ON INDEX \(pick([name("i", 6), name("k", 8)])) IS '\(below(3))'"
        case 11:
            "CREATE SEQUENCE \(name("S", 2)) INCREMENT \(1 + below(4)) MAXVALUE \(100 + below(9))"
        case 12:
            "ALTER SEQUENCE \(name("S", 2)) OWNED BY \(pick(["NONE", "\(table()).\(column())"]))"
        case 13: "ALTER SEQUENCE \(name("S", 2)) MINVALUE \(1 + below(5)) START 9 RESTART 9"
        case 14: "\(alter) ALTER \(column()) SET DEFAULT nextval('\(name("S", 2))')"
        case 15:
            "ALTER DEFAULT PRIVILEGES \(pick(["", "IN SCHEMA s"])) "
                + pick(["GRANT SELECT ON TABLES TO", "REVOKE ALL ON FUNCTIONS FROM"]) + " PUBLIC"
        case 16: "CREATE PUBLICATION \(name("pub", 2)) FOR TABLE \(table())"
        case 17: "DROP PUBLICATION \(name("pub", 2))"
        case 18: "CREATE CAST (\"C0\" AS int) WITH FUNCTION c2i(\"C0\")"
        case 19: "CREATE FUNCTION c2i(x \"C0\") RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1'"
        case 20: "ALTER INDEX \(name("i", 6)) ALTER COLUMN 1 SET STATISTICS \(below(90))"
        case 21: "\(alter) CLUSTER ON \(name("i", 6))"
        case 22: "\(alter) ALTER \(column()) SET STORAGE \(pick(["PLAIN", "MAIN", "EXTERNAL"]))"
        case 23: "\(alter) ADD CONSTRAINT \(name("k", 8)) EXCLUDE USING btree (\(column()) WITH =)"
        case 24: "ALTER TYPE \"C0\" RENAME ATTRIBUTE a TO \(name("a", 2))"
        default: "\(alter) DETACH PARTITION \(table())"
        }
    }

    private mutating func smallStatement() -> String {
        let index = name("i", 6)
        return switch below(12) {
        case 0...2: "CREATE \(pick(["", "UNIQUE "]))INDEX \(index) ON \(table())(\(column()))"
        case 3: "CREATE INDEX \(index) ON \(table())(\(column()) DESC, \(column()))"
        case 4: "CREATE INDEX \(index) ON \(table())((\(column()) IS NULL)) WHERE \(column()) = '1'"
        case 5: "CREATE INDEX \(index) ON \(name("V", 3))(\(column()))"
        case 6: "DROP INDEX \(index)"
        case 7: "COMMENT ON TABLE \(table()) IS '\(below(9))'"
        case 8: "COMMENT ON COLUMN \(table()).\(column()) IS " + pick(["'x'", "NULL"])
        case 9: "GRANT \(pick(["SELECT", "INSERT (\(column()))"])) ON \(table()) TO PUBLIC"
        case 10: "REVOKE ALL ON \(table()) FROM PUBLIC"
        default: "CREATE STATISTICS \(name("st", 2)) ON \(column()), \(column()) FROM \(table())"
        }
    }
}
