import Foundation
import TestSupport
import Testing

/// What went wrong once, and must not again.
struct RobustnessTests {
    @Test func whatAScriptSetsHoldsToItsEndAndNoFurther() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration(
                "1_a",
                """
                CREATE SCHEMA app;
                SET search_path = app;
                BEGIN;
                CREATE TABLE t (a int);
                COMMIT;
                CREATE TABLE u (a int);
                CREATE INDEX CONCURRENTLY t_a ON t (a);
                """)
            try scene.migration("2_b", "CREATE TABLE v (a int);")
            let deployed = try await scene.sluice("deploy", "staging")
            #expect(deployed.status == 0, "\(deployed.stderr)")
            let places = """
                select string_agg(relnamespace::regnamespace || '.' || relname, ' ' order by relname)
                from pg_class where relname in ('t', 'u', 't_a', 'v')
                """
            #expect(try await scene.query(scene.staging, places) == "app.t app.t_a app.u public.v")
        }
    }

    @Test func settingsReachTheRestOfAScriptThatIsCarriedOn() async throws {
        try await ReleaseScene.with { scene in
            let start =
                "CREATE SCHEMA app; SET search_path = app;\nBEGIN; CREATE TABLE t (a int); COMMIT;\n"
            try scene.migration("1_a", start + "CREATE TABLE u (a nonsense);")
            #expect(try await scene.sluice("deploy", "staging").status == 1)
            try scene.migration("1_a", start + "CREATE TABLE u (a int);")
            let rest = try await scene.sluice("deploy", "staging")
            #expect(rest.status == 0, "\(rest.stderr)")
            #expect(
                try await scene.query(scene.staging, "select to_regclass('app.u') is not null")
                    == "t")
        }
    }

    @Test func codeThatCommitsByItselfNeverRunsTwice() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration(
                "1_a", "CREATE TABLE account (balance int); INSERT INTO account VALUES (100);")
            try scene.migration(
                "2_b",
                "DO $$ BEGIN UPDATE account SET balance = balance + 10; COMMIT; PERFORM 1 / 0; END $$;"
            )
            #expect(try await scene.sluice("deploy", "staging").status == 1)
            try scene.migration(
                "2_b", "DO $$ BEGIN UPDATE account SET balance = balance + 10; COMMIT; END $$;")
            let again = try await scene.sluice("deploy", "staging")
            #expect(again.status == 1)
            #expect(again.stderr.contains("may have committed part of its work"))
            #expect(try await scene.query(scene.staging, "select balance from account") == "110")
        }
    }

    @Test func anUnreadableScriptCannotBeAccepted() async throws {
        try await ReleaseScene.with { scene in
            try scene.git.write([0x2D, 0x2D, 0xE9], to: "prisma/migrations/1_a/migration.sql")
            try scene.git.git("add", "--all")
            try scene.git.git("commit", "--quiet", "--message", "latin 1")
            #expect(try await scene.sluice("deploy", "staging", "--accept", "1_a").status == 4)
        }
    }

    @Test func aChangedSearchPathDoesNotRunTheHistoryAgain() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration(
                "1_a",
                "CREATE SCHEMA app; ALTER DATABASE \(scene.staging.name) SET search_path = app; CREATE TABLE t (a int);"
            )
            #expect(try await scene.sluice("deploy", "staging").status == 0)
            try scene.migration("2_b", "SELECT 1;")
            let refused = try await scene.sluice("deploy", "staging")
            #expect(refused.status == 4)
            #expect(refused.stderr.contains("the history of staging is in schema public"))
        }
    }

    @Test func aHotfixOfARenameKeepsTheRowsAndNamesRoles() async throws {
        try await ReleaseScene.with { scene in
            let role = "reader_\(scene.staging.name)"
            _ = try await scene.query(scene.staging, "create role \(role)")
            try scene.migration(
                "1_a", "CREATE TABLE c (id int PRIMARY KEY, a text); GRANT SELECT ON c TO \(role);")
            try scene.migration(
                "2_b", "ALTER TABLE c RENAME TO cc; ALTER TABLE cc RENAME COLUMN a TO aa;")
            _ = try await scene.sluice("deploy", "staging")
            _ = try await scene.query(scene.staging, "insert into cc values (1, 'kept')")
            let hotfix = try await scene.json(HotfixTests.Document.self, ["hotfix", "2_b"]).hotfix
            #expect(hotfix.proven)
            try scene.git.merge(hotfix.branch)
            #expect(try await scene.sluice("deploy", "staging").status == 0)
            #expect(try await scene.query(scene.staging, "select a from c") == "kept")
            _ = try await scene.query(scene.staging, "drop owned by \(role); drop role \(role)")
        }
    }

    @Test func aHoldStopsARunWithNothingPending() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("1_a", "SELECT 1;")
            _ = try await scene.sluice("deploy", "staging")
            #expect(try await scene.sluice("hold", "staging", "--reason", "freeze").status == 0)
            #expect(try await scene.sluice("deploy", "staging").status == 3)
        }
    }
}
