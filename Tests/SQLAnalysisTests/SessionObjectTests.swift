import SQLAnalysis
import Testing

@Suite struct SessionObjectTests {
    @Test(arguments: [
        ("CREATE TEMP TABLE x (a int); SELECT * FROM x", "x"),
        ("CREATE TEMPORARY VIEW \"X y\" AS SELECT 1; SELECT * FROM \"X y\"", "X y"),
        ("CREATE TABLE pg_temp.x (a int); DO $$ BEGIN PERFORM * FROM x; END $$", "x"),
        ("PREPARE p AS SELECT 1; EXECUTE P", "p"),
        ("DECLARE c CURSOR WITH HOLD FOR SELECT 1; FETCH c", "c"),
        ("SELECT set_config('My.a', x, false) FROM y; SELECT 1", "my.a"),
        ("SELECT set_config('my.' || x, '', false) FROM y; SELECT 1", ""),
        ("DO $x$ BEGIN PERFORM set_config('my.a', f(1, 2), false); END $x$; SELECT 1", "my.a"),
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
        "SELECT set_config('my.a', 'x', false); SELECT 1",
        "SELECT set_config('my.a', x, true) FROM y; SELECT 1",
        "SELECT set_config('my.a', x, false) FROM y; RESET my.a; SELECT 1",
        "SELECT set_config('my.' || x, '', false) FROM y; RESET ALL; SELECT 1",
        "SELECT set_config('my.a', x, false) FROM y; SELECT set_config('my.a', z, false) FROM y",
        "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$ SELECT set_config('a.b', x, false) FROM y $$; SELECT 1",
    ])
    func isNotMissed(_ sql: String) throws {
        #expect(try Script(sql).lostObject(behind: 1) == nil)
    }
}
