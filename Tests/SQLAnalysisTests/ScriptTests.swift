import SQLAnalysis
import Testing

@Suite struct ScriptTests {
    @Test func statementsAreDelimitedWithoutCommentsAndBlanks() throws {
        let text = """
            -- a comment; with a semicolon
            /* nested /* ; */ */ SELECT ';' ; ;

              INSERT INTO t
              VALUES ($$ ; $$) -- behind
            ; select 1 /* end */
            """
        let script = try Script(text)
        #expect(
            script.statements.map { String($0.text) } == [
                "SELECT ';'", "INSERT INTO t\n  VALUES ($$ ; $$)", "select 1",
            ])
        #expect(script.statements.map(\.line) == [2, 4, 6])
        #expect(script.statements.map(\.ordinal) == [1, 2, 3])
        for statement in script.statements {
            #expect(Array(text.utf8)[statement.range].elementsEqual(statement.text.utf8))
        }
    }

    @Test(arguments: ["", " \n\t", "-- only\n", "/* a */", ";;;", "-- x\n;\n/* y */;"])
    func nothingToDoHasNoStatements(_ text: String) throws {
        let script = try Script(text)
        #expect(script.statements.isEmpty)
        #expect(script.units.count == 1)
        #expect(script.sql(of: script.units[0]) == text)
    }

    @Test(arguments: [
        ("CREATE TABLE a ()", "CREATE TABLE"), ("CREATE TABLE a AS SELECT 1", "CREATE TABLE AS"),
        ("SELECT 1 INTO a", "SELECT INTO"), ("ALTER TYPE a ADD VALUE 'x'", "ALTER TYPE"),
        ("ALTER TYPE a RENAME TO b", "ALTER TYPE"),
        ("ALTER TYPE a ADD ATTRIBUTE x int", "ALTER TYPE"),
        ("CREATE INDEX i ON a (b)", "CREATE INDEX"),
        ("CREATE INDEX CONCURRENTLY i ON a (b)", "CREATE INDEX CONCURRENTLY"),
        ("DROP INDEX CONCURRENTLY i", "DROP INDEX CONCURRENTLY"), ("DROP TABLE a, b", "DROP TABLE"),
        ("DROP MATERIALIZED VIEW v", "DROP MATERIALIZED VIEW"),
        ("CREATE MATERIALIZED VIEW v AS SELECT 1", "CREATE MATERIALIZED VIEW"),
        ("ALTER TABLE a RENAME COLUMN b TO c", "ALTER TABLE"),
        ("ALTER VIEW a RENAME COLUMN b TO c", "ALTER VIEW"),
        ("ALTER TABLE a RENAME CONSTRAINT b TO c", "ALTER TABLE"),
        ("ALTER INDEX a RENAME TO b", "ALTER INDEX"), ("ALTER TABLE a SET SCHEMA b", "ALTER TABLE"),
        ("CREATE EXTENSION x", "CREATE EXTENSION"), ("COMMENT ON TABLE a IS 'x'", "COMMENT"),
        ("CREATE TRIGGER t AFTER INSERT ON a EXECUTE FUNCTION f()", "CREATE TRIGGER"),
        ("DROP TRIGGER t ON a", "DROP TRIGGER"), ("DROP POLICY p ON a", "DROP POLICY"),
        (
            "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "CREATE FUNCTION"
        ),
        ("CREATE PROCEDURE p() LANGUAGE sql AS ''", "CREATE PROCEDURE"), ("CALL p()", "CALL"),
        ("GRANT SELECT ON a TO b", "GRANT"), ("REVOKE a FROM b", "REVOKE ROLE"),
        ("SET a.b = 'c'", "SET"), ("RESET ALL", "RESET"), ("SHOW all", "SHOW"),
        ("DO ''", "DO"), ("TRUNCATE a", "TRUNCATE TABLE"), ("LOCK a", "LOCK TABLE"),
        ("DROP SERVER s", "DROP SERVER"), ("ABORT", "ROLLBACK"), ("END", "COMMIT"),
        ("VACUUM", "VACUUM"), ("ANALYZE", "ANALYZE"), ("REINDEX TABLE a", "REINDEX"),
        ("MERGE INTO a USING b ON true WHEN MATCHED THEN DO NOTHING", "MERGE"),
        ("WITH x AS (DELETE FROM a RETURNING *) SELECT * FROM x", "SELECT"),
        ("CREATE TEXT SEARCH CONFIGURATION c (COPY = d)", "CREATE TEXT SEARCH CONFIGURATION"),
        ("ALTER TABLE a REPLICA IDENTITY FULL", "ALTER TABLE"), ("VALUES (1)", "SELECT"),
    ])
    func tagIsPostgreSQLs(_ sql: String, _ tag: String) throws {
        #expect(try Script(sql).statements.map(\.tag) == [tag])
    }

    @Test func crlfEndsOneLine() throws {
        let script = try Script("-- sluice:lock_timeout=5s\r\nSELECT 1;\r\n\r\nSELECT\r\n 2\r\n;")
        #expect(script.statements.map(\.line) == [2, 4])
        #expect(script.statements.map { String($0.text) } == ["SELECT 1", "SELECT\r\n 2"])
        #expect(script.directives.lockTimeout == "5s")
        #expect(script.location(atUTF8: script.statements[1].range.upperBound - 1).column == 2)
    }

    @Test func copyFromStdinIsMarked() throws {
        let script = try Script("COPY a FROM STDIN; COPY a FROM '/x'; COPY a TO STDOUT")
        #expect(script.statements.map(\.isCopyFromStdin) == [true, false, false])
    }

    @Test(
        arguments: [
            ("SELECT 1; COPY a FROM STDIN", 2), ("BEGIN; SELECT 1; PREPARE TRANSACTION 'a'", 3),
            ("BEGIN; SELECT 1; PREPARE TRANSACTION 'a'; COMMIT PREPARED 'b'", 3),
            ("BEGIN; SELECT 1; PREPARE TRANSACTION 'a'; COMMIT PREPARED 'a'", nil),
            ("BEGIN; SELECT 1; PREPARE TRANSACTION 'a'; ROLLBACK PREPARED 'a'", nil),
            ("COMMIT PREPARED 'a'", nil), ("PREPARE a AS SELECT 1", nil),
        ] as [(String, Int?)])
    func whatCannotBeBroughtToAnEndIsFound(_ sql: String, _ ordinal: Int?) throws {
        #expect(try Script(sql).unrunnable?.statement.ordinal == ordinal)
    }

    @Test func positionsOfTheServerCountCharacters() throws {
        let script = try Script("SELECT 'é😀';\nVACUUM;\nSELECT 'ü', x;")
        let last = try #require(script.units.last)
        let position = script.location(ofCharacter: 13, in: last)
        #expect(position.line == 3)
        #expect(position.column == 13)
        #expect(script.text.utf8.dropFirst(position.offset).first == UInt8(ascii: "x"))
        #expect(script.location(ofCharacter: 1) == script.location(atUTF8: 0))
        #expect(script.location(ofCharacter: 1000).offset == script.text.utf8.count)
        #expect(script.statement(atUTF8: position.offset)?.ordinal == 3)
        #expect(script.statement(atUTF8: 0)?.ordinal == 1)
        #expect(script.statement(atUTF8: script.text.utf8.count) == nil)
    }

    @Test func aScriptOfANewerGrammarIsSentAsItIs() {
        let plain = Script.opaque("-- sluice:lock_timeout=1s\nCREATE FANCY TABLE x;")
        #expect(plain.statements.isEmpty && plain.isOpaque)
        #expect(plain.mode == .transactional)
        #expect(plain.units.map { String(plain.sql(of: $0)) } == [plain.text])
        #expect(plain.directives.lockTimeout == "1s")
        let scan = plain.opaqueScan
        #expect(scan?.isComplete == true && scan?.mentionsTransactionControl == false)
        #expect(Script.opaque("FANCY; COMMIT").opaqueScan?.mentionsTransactionControl == true)
        #expect(Script.opaque("ROLLBACK TO s").opaqueScan?.mentionsTransactionControl == false)
        #expect(Script.opaque("REPACK (CONCURRENTLY) t").opaqueScan?.mentionsConcurrently == true)
        #expect(Script.opaque("SELECT 'CONCURRENTLY'").opaqueScan?.mentionsConcurrently == false)
        #expect(Script.opaque("FANCY; VACUUM x").opaqueScan?.mentionsRefused == true)
        #expect(Script.opaque("SELECT 'open").opaqueScan?.isComplete == false)
        #expect(Script.opaque("SELECT 1\0; COMMIT").opaqueScan?.isComplete == false)
    }
}
