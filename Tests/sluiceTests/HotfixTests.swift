import Foundation
import TestSupport
import Testing

/// Undoing by a forward migration.
struct HotfixTests {
    struct Document: Decodable {
        struct Hotfix: Decodable {
            var branch: String
            var migration: String
            var commit: String
            var proven: Bool
            var cannotReturn: [String]

            enum CodingKeys: String, CodingKey {
                case branch, migration, commit, proven
                case cannotReturn = "cannot_return"
            }
        }

        var hotfix: Hotfix
    }

    static let jobs = """
        CREATE TABLE "jobs" (
            "id" SERIAL NOT NULL,
            "title" TEXT NOT NULL DEFAULT 'untitled',
            "budget" INTEGER,
            CONSTRAINT "jobs_pkey" PRIMARY KEY ("id")
        );
        CREATE INDEX "jobs_budget_idx" ON "jobs"("budget");

        """

    @Test(arguments: [
        "ALTER TABLE \"jobs\" DROP COLUMN \"budget\";",
        "ALTER TABLE \"jobs\" DROP COLUMN \"title\", ADD COLUMN \"name\" TEXT;",
        "DROP TABLE \"jobs\";",
    ])
    func whatWasDroppedComesBackBehindTheHotfix(_ harmful: String) async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("20240101000000_jobs", Self.jobs)
            _ = try await scene.sluice("deploy", "staging")
            let before = try await scene.schema(of: scene.staging.url)
            try scene.migration("20240102000000_harm", harmful)
            _ = try await scene.sluice("deploy", "staging")
            #expect(try await scene.schema(of: scene.staging.url) != before)

            let tree = try scene.git.git("status", "--porcelain")
            let hotfix = try await scene.json(Document.self, ["hotfix", "20240102000000_harm"])
                .hotfix
            #expect(hotfix.proven)
            #expect(hotfix.cannotReturn.isEmpty)
            #expect(hotfix.branch.hasPrefix("hotfix/"))
            #expect(try scene.git.git("status", "--porcelain") == tree)

            try scene.git.merge(hotfix.branch)
            let deployed = try await scene.sluice("deploy", "staging")
            #expect(deployed.status == 0, "\(deployed.stderr)")
            #expect(sorted(try await scene.schema(of: scene.staging.url)) == sorted(before))
        }
    }

    /// A column that returns is the last one, so lines are compared as a set.
    private func sorted(_ schema: String) -> [Substring] {
        schema.split(separator: "\n").map { $0.hasSuffix(",") ? $0.dropLast() : $0 }.sorted()
    }

    @Test func aMigrationThatDoesNotExistIsNamedWithItsLikelyMeaning() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("20240101000000_jobs", Self.jobs)
            let output = try await scene.sluice("hotfix", "jobs")
            #expect(output.status == 64)
            #expect(output.stderr.contains("did you mean 20240101000000_jobs?"))
        }
    }

    @Test func aMigrationWithoutSchemaEffectHasNothingToRestore() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration("20240101000000_jobs", Self.jobs)
            try scene.migration("20240102000000_data", "INSERT INTO jobs (title) VALUES ('x');")
            let output = try await scene.sluice("hotfix", "20240102000000_data")
            #expect(output.status == 4)
            #expect(output.stderr.contains("changes no schema"))
            #expect(try scene.git.git("branch", "--list", "hotfix/*").isEmpty)
        }
    }

    @Test func aRequiredColumnComesBackAsItCanWithItsFollowUp() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration(
                "20240101000000_jobs",
                "CREATE TABLE jobs (id int PRIMARY KEY, title text NOT NULL);")
            try scene.migration("20240102000000_harm", "ALTER TABLE jobs DROP COLUMN title;")
            _ = try await scene.sluice("deploy", "staging")
            _ = try await scene.query(scene.staging, "insert into jobs values (1)")
            let hotfix = try await scene.json(Document.self, ["hotfix", "20240102000000_harm"])
                .hotfix
            #expect(hotfix.proven)
            let path = "prisma/migrations/\(hotfix.migration)/migration.sql"
            let text = try scene.git.git("show", "\(hotfix.branch):\(path)")
            #expect(text.contains("-- ALTER TABLE \"jobs\" ALTER COLUMN \"title\" SET NOT NULL;"))
            #expect(text.contains("with its follow-ups"))

            // It applies although there are rows.
            try scene.git.merge(hotfix.branch)
            let deployed = try await scene.sluice("deploy", "staging")
            #expect(deployed.status == 0, "\(deployed.stderr)")
        }
    }

    @Test func aDroppedParentComesBackBesideChildrenThatHaveRows() async throws {
        try await ReleaseScene.with { scene in
            try scene.migration(
                "1_a",
                """
                CREATE TABLE c (id int PRIMARY KEY);
                CREATE TABLE d (id int PRIMARY KEY, cid int NOT NULL REFERENCES c);
                INSERT INTO c VALUES (1); INSERT INTO d VALUES (1, 1);
                """)
            try scene.migration("2_b", "DROP TABLE c CASCADE;")
            _ = try await scene.sluice("deploy", "staging")
            let hotfix = try await scene.json(Document.self, ["hotfix", "2_b"]).hotfix
            try scene.git.merge(hotfix.branch)
            let deployed = try await scene.sluice("deploy", "staging")
            #expect(deployed.status == 0, "\(deployed.stderr)")
            let constraint =
                "select count(*) from pg_constraint where conrelid = 'd'::regclass and contype = 'f'"
            #expect(try await scene.query(scene.staging, constraint) == "1")
        }
    }
}
