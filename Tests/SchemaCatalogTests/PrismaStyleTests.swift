import SchemaCatalog
import TestSupport
import Testing

/// What is rendered reads like the file Prisma would have written.
struct PrismaStyleTests {
    /// A file in Prisma's own form: applied to an empty database and read back,
    /// it renders to the same text.
    @Test func aPrismaFileRendersToItself() async throws {
        try await withTemporaryDatabase { url in
            let empty = try SchemaSnapshotTests.read(url, after: "")
            let full = try SchemaSnapshotTests.read(url, after: Self.file)
            #expect(SchemaDifference(from: empty, to: full).render() == Self.file)
        }
    }

    private static let file = """
        -- CreateEnum
        CREATE TYPE "Mood" AS ENUM ('SAD', 'it''s OK');

        -- CreateTable
        CREATE TABLE "Post" (
            "id" TEXT NOT NULL,
            "authorId" INTEGER,
            "kind" VARCHAR(20) NOT NULL DEFAULT 'note',
            "moods" "Mood"[] DEFAULT ARRAY[]::"Mood"[],
            "price" DECIMAL(65,30) NOT NULL DEFAULT 0,
            "ratio" DOUBLE PRECISION,
            "rank" INTEGER NOT NULL DEFAULT -1,
            "published" BOOLEAN NOT NULL DEFAULT false,

            CONSTRAINT "Post_pkey" PRIMARY KEY ("id","kind")
        );

        -- CreateTable
        CREATE TABLE "User" (
            "id" SERIAL NOT NULL,
            "email" TEXT NOT NULL,
            "mood" "Mood" NOT NULL DEFAULT 'SAD',
            "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
            "seenAt" TIMESTAMPTZ(6),
            "tags" TEXT[] DEFAULT ARRAY[]::TEXT[],
            "data" JSONB DEFAULT '{}',
            "big" BIGSERIAL NOT NULL,

            CONSTRAINT "User_pkey" PRIMARY KEY ("id")
        );

        -- CreateIndex
        CREATE INDEX "Post_authorId_kind_idx" ON "Post"("authorId", "kind" DESC);

        -- CreateIndex
        CREATE INDEX "Post_id_idx" ON "Post" USING HASH ("id");

        -- CreateIndex
        CREATE UNIQUE INDEX "User_email_key" ON "User"("email");

        -- AddForeignKey
        ALTER TABLE "Post" ADD CONSTRAINT "Post_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "User"("id") ON DELETE SET NULL ON UPDATE CASCADE;

        """

    @Test func changesOfOneTableShareAStatement() async throws {
        try await withTemporaryDatabase { url in
            let before = try SchemaSnapshotTests.read(
                url,
                after: """
                    CREATE TABLE "User" (id int, name text, email text, bio text,
                      CONSTRAINT u UNIQUE (name));
                    CREATE INDEX "User_name_idx" ON "User"(name);
                    """)
            let after = try SchemaSnapshotTests.read(
                url,
                after: """
                    ALTER TABLE "User" DROP COLUMN name, ADD age int NOT NULL DEFAULT 0,
                      ALTER email SET NOT NULL, ALTER bio TYPE varchar(20), ADD PRIMARY KEY (id);
                    """)
            #expect(
                SchemaDifference(from: before, to: after).render() == """
                    -- DropIndex
                    DROP INDEX "User_name_idx";

                    -- AlterTable
                    ALTER TABLE "User" DROP CONSTRAINT "u",
                    DROP COLUMN "name",
                    ADD COLUMN     "age" INTEGER NOT NULL DEFAULT 0,
                    ALTER COLUMN "id" SET NOT NULL,
                    ALTER COLUMN "email" SET NOT NULL,
                    ALTER COLUMN "bio" SET DATA TYPE VARCHAR(20),
                    ADD CONSTRAINT "User_pkey" PRIMARY KEY ("id");

                    """)
        }
    }
}
