import SchemaCatalog
import TestSupport
import Testing

struct SchemaDifferenceTests {
    @Test func theSummaryNamesEveryChangeOnce() async throws {
        try await withTemporaryDatabase { url in
            let before = try SchemaSnapshotTests.read(
                url,
                after: """
                    CREATE TYPE "Status" AS ENUM ('OPEN', 'DONE');
                    CREATE TABLE jobs (id serial PRIMARY KEY, title text DEFAULT 'x', note text);
                    CREATE TABLE gone (id int PRIMARY KEY); CREATE INDEX by_id ON gone(id);
                    """)
            let after = try SchemaSnapshotTests.read(
                url,
                after: """
                    DROP TABLE gone; ALTER TYPE "Status" ADD VALUE 'LATE';
                    CREATE TABLE fresh (id serial PRIMARY KEY, at date DEFAULT now());
                    ALTER TABLE jobs DROP COLUMN title, ALTER note SET NOT NULL,
                      ALTER note SET DEFAULT 'y', ADD CHECK (note <> '');
                    COMMENT ON TABLE jobs IS 'work';
                    """)
            #expect(
                SchemaDifference(from: before, to: after).summary == [
                    "[~] enum public.Status", "[+] table public.fresh", "[-] table public.gone",
                    "[+] comment on table public.jobs", "[~] column public.jobs.note",
                    "[-] column public.jobs.title", "[+] default of column public.jobs.note",
                    "[+] constraint public.jobs.jobs_note_check",
                ])
            #expect(SchemaDifference(from: after, to: after).isEmpty)
        }
    }
}
