import Foundation
import TestSupport
import Testing

@testable import ReleaseCore

@Suite("A dump for psql")
struct PlainDumpTests {
    @Test(
        "is refused with commands that lead out of the database",
        arguments: [
            "\\connect other", "\\! touch here", "select 1; \\! touch here", "select 1 \\g |sh",
            "\\i file.sql", "\\copy t from program 'sh'", "\\set x 1",
        ])
    func refused(_ line: String) async throws {
        try await withTemporaryDirectory(named: "dump") { folder in
            let path = "\(folder)/dump.sql"
            try "--\nCREATE TABLE t (a text);\n\(line)\n".write(
                toFile: path, atomically: true, encoding: .utf8)
            let error = try #require(throws: ReleaseError.self) {
                try PlainDump(path: path).refuseCommands()
            }
            #expect(error.what.contains("line 3 of"))
        }
    }

    @Test("is taken as pg_dump writes it, whatever the data are")
    func taken() async throws {
        try await withTemporaryDirectory(named: "dump") { folder in
            let path = "\(folder)/dump.sql"
            try """
            \\restrict abc
            CREATE TABLE t (a text CHECK (a ~ '^\\d+ \\w+$'));
            COPY public.t (a) FROM stdin;
            \\! data
            \\connect data
            \\.
            INSERT INTO t VALUES ('C:\\temp');
            \\unrestrict abc

            """.write(toFile: path, atomically: true, encoding: .utf8)
            #expect(throws: Never.self) { try PlainDump(path: path).refuseCommands() }
        }
    }
}
