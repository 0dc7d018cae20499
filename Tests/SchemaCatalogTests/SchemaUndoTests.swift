import PostgresLink
import SchemaCatalog
import TestSupport
import Testing

/// A change that lies further back, taken out of today's schema.
struct SchemaUndoTests {
    /// Runs three scripts one after the other and takes the second one out.
    private func undo(
        _ first: String, _ change: String, _ later: String = ""
    ) async throws -> (
        undo: SchemaUndo, before: SchemaSnapshot, after: SchemaSnapshot, left: [String]
    ) {
        try await withTemporaryDatabase { url in
            let session = try SchemaSnapshotTests.session(url)
            if !first.isEmpty { try session.execute(first) }
            let before = try SchemaSnapshot.read(session)
            try session.execute(change)
            let after = try SchemaSnapshot.read(session)
            if !later.isEmpty { try session.execute(later) }
            let now = try SchemaSnapshot.read(session)
            let undo = SchemaUndo(before: before, after: after, now: now)
            let sql = SchemaDifference(from: now, to: undo.target).render()
            if !sql.isEmpty { try session.execute(sql) }
            let found = try SchemaSnapshot.read(session)
            return (undo, before, after, SchemaDifference(from: found, to: undo.target).summary)
        }
    }

    private static let jobs = "CREATE TABLE jobs (id int PRIMARY KEY, title text, budget int);"

    @Test func withNothingLaterItIsTheSchemaOfBefore() async throws {
        let result = try await undo(
            Self.jobs, "ALTER TABLE jobs DROP budget; CREATE VIEW v AS SELECT 1")
        #expect(result.undo.target == result.before)
        #expect(result.undo.unreached.isEmpty)
        #expect(result.left.isEmpty)
    }

    /// The triggers of a foreign key are turned off with those of the table.
    @Test(arguments: ["c", "p"]) func foreignKeysAreEnforcedAgain(_ table: String) async throws {
        let result = try await undo(
            """
            CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (p int REFERENCES p(id));
            CREATE TABLE q (id int PRIMARY KEY, p int REFERENCES p(id)) PARTITION BY RANGE (id);
            CREATE TABLE q1 PARTITION OF q FOR VALUES FROM (1) TO (9);
            """, "ALTER TABLE \(table) DISABLE TRIGGER ALL")
        let difference = SchemaDifference(from: result.before, to: result.after).details
        #expect(difference.contains("[~] constraint public.c.c_p_fkey: disabled, was enabled"))
        #expect(difference.count == (table == "c" ? 1 : 2))
        #expect(result.undo.target == result.before)
        #expect(result.left.isEmpty)
    }

    @Test func whatCameLaterStays() async throws {
        let result = try await undo(
            Self.jobs, "ALTER TABLE jobs DROP budget, ALTER title SET NOT NULL",
            "ALTER TABLE jobs ADD note text, ALTER title TYPE varchar(40); CREATE INDEX ON jobs(note)"
        )
        #expect(result.left.isEmpty)
        #expect(result.undo.unreached.isEmpty)
        let difference = SchemaDifference(from: result.before, to: result.undo.target).summary
        #expect(
            difference == [
                "[+] column public.jobs.note", "[~] column public.jobs.title",
                "[+] index public.jobs_note_idx",
            ])
        #expect(result.undo.target.column(.column("public", "jobs", "title"))?.isNotNull == false)
    }

    @Test func whatIsUndoneAlreadyIsLeftOut() async throws {
        let result = try await undo(
            Self.jobs, "ALTER TABLE jobs DROP budget, DROP title; CREATE TABLE more (id int)",
            "ALTER TABLE jobs ADD budget int; DROP TABLE more")
        #expect(
            result.undo.settled.map(\.line) == [
                "[+] column public.jobs.budget", "[-] table public.more",
            ])
        #expect(result.undo.target == result.before)
        #expect(result.left.isEmpty)
    }

    @Test func whatLaterObjectsNeedStaysAndIsNamed() async throws {
        let result = try await undo(
            "", "CREATE TABLE jobs (id int PRIMARY KEY, title text); CREATE TABLE other (id int)",
            "CREATE VIEW titles AS SELECT title FROM jobs")
        #expect(result.undo.unreached.map(\.line) == ["[-] table public.jobs"])
        #expect(
            result.undo.obstacles[.column("public", "jobs", "title")]?.description
                == "view public.titles")
        #expect(result.undo.target.tables.map(\.name) == ["jobs"])
        #expect(result.left.isEmpty)
    }

    @Test func whatBelongsToATableThatGoesGoesWithIt() async throws {
        let result = try await undo(
            "", "CREATE TABLE jobs (id int)",
            "ALTER TABLE jobs ADD note text NOT NULL; CREATE INDEX ON jobs(note)")
        #expect(result.undo.target == result.before)
        #expect(
            result.undo.takenAlong.map(\.description) == [
                "column public.jobs.note", "index public.jobs_note_idx",
            ])
        #expect(result.left.isEmpty)
    }

    @Test func aConstraintWhoseTableIsGoneCannotReturn() async throws {
        let result = try await undo(
            "\(Self.jobs) CREATE TABLE c (id int, job int REFERENCES jobs(id))",
            "ALTER TABLE c DROP CONSTRAINT c_job_fkey", "DROP TABLE jobs")
        #expect(result.undo.unreached.map(\.line) == ["[+] constraint public.c.c_job_fkey"])
        #expect(result.left.isEmpty)
    }

    @Test func labelsOfAnEnumAreTurnedAroundOneByOne() async throws {
        let result = try await undo(
            "CREATE TYPE mood AS ENUM ('sad', 'ok')",
            "ALTER TYPE mood ADD VALUE 'fine' AFTER 'sad'",
            "ALTER TYPE mood ADD VALUE 'happy'")
        let mood = SchemaObjectID(.enumeration, "public", "mood")
        #expect(
            result.undo.target.objects[mood]
                == .enumeration(EnumDefinition(labels: ["sad", "ok", "happy"])))
        #expect(result.left.isEmpty)
    }

    @Test func whatWasChangedAgainIsNotTouched() async throws {
        let result = try await undo(
            Self.jobs, "ALTER TABLE jobs ALTER budget TYPE bigint",
            "ALTER TABLE jobs ALTER budget TYPE numeric(10,2)")
        #expect(result.undo.unreached.map(\.line) == ["[~] column public.jobs.budget"])
        #expect(result.left.isEmpty)
    }
}
