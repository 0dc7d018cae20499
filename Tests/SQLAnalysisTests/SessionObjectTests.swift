import SQLAnalysis
import Testing

@Suite struct SessionObjectTests {
    @Test(arguments: [
        ("CREATE TEMP TABLE x (a int); SELECT * FROM x", "x"),
        ("CREATE TEMPORARY VIEW \"X y\" AS SELECT 1; SELECT * FROM \"X y\"", "X y"),
        ("CREATE TABLE pg_temp.x (a int); DO $$ BEGIN PERFORM * FROM x; END $$", "x"),
        ("PREPARE p AS SELECT 1; EXECUTE P", "p"),
        ("DECLARE c CURSOR WITH HOLD FOR SELECT 1; FETCH c", "c"),
    ])
    func isMissedByItsUser(_ sql: String, _ name: String) throws {
        let lost = try #require(try Script(sql).lostObject(behind: 1))
        #expect(lost.object.name == name)
        #expect(lost.user.ordinal == 2)
    }

    @Test(arguments: [
        "CREATE TEMP TABLE x (a int); SELECT 1 -- x",
        "CREATE TABLE x (a int); SELECT * FROM x",
        "CREATE TEMP TABLE x (a int); CREATE TEMP TABLE x (b int); SELECT * FROM x",
    ])
    func isNotMissed(_ sql: String) throws {
        #expect(try Script(sql).lostObject(behind: 1) == nil)
    }
}
