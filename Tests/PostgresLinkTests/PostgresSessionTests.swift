import PostgresLink
import TestSupport
import Testing

@Suite("A session")
struct PostgresSessionTests {
    @Test("returns a result for every statement and tells of each as it completes")
    func manyStatements() async throws {
        try await withSession { session in
            var seen: [String] = []
            let results = try session.execute(
                "CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2);; SELECT a FROM t ORDER BY a; "
            ) { index, result in seen.append("\(index) \(result.tag)") }
            #expect(seen == ["0 CREATE TABLE", "1 INSERT 0 2", "2 SELECT 2"])
            #expect(results.map(\.affectedRows) == [0, 2, 2])
            #expect(results.last?.rows == [["1"], ["2"]])
        }
    }

    @Test("takes a text without statements", arguments: ["", " \n", "-- nothing", ";;"])
    func emptyText(_ sql: String) async throws {
        try await withSession { session in
            try session.execute(sql)
            #expect(session.isUsable)
        }
    }

    @Test("says where a statement fails, in characters, and how many were done before")
    func errorPlace() async throws {
        try await withSession { session in
            let sql = "SELECT 'ä🐘e\u{301}'; SELECT 2; SELECT nothing"
            let error = try #require(try failure(of: sql, in: session))
            #expect(error.state == SQLState(rawValue: "42703"))
            #expect(error.completedStatements == 2)
            #expect(error.position == 33)
            #expect(!error.connectionLost)
            #expect(try session.query("SELECT 1").scalar == "1")
        }
    }

    @Test("runs nothing of a text with a syntax error in it")
    func syntaxError() async throws {
        try await withSession { session in
            let error = try #require(
                try failure(of: "BEGIN; CREATE TABLE t (a int); COMMIT; SELEC 1", in: session))
            #expect(error.state == .syntaxError)
            #expect(error.completedStatements == 0)
            #expect(error.position == 40)
            #expect(try session.query("SELECT to_regclass('t')").rows == [[nil]])
        }
    }

    @Test("passes on detail, hint and context")
    func errorFields() async throws {
        try await withSession { session in
            let error = try #require(
                try failure(
                    of: """
                        DO $$ BEGIN
                          RAISE EXCEPTION 'no' USING ERRCODE = 'P0099', DETAIL = 'why', HINT = 'what';
                        END $$
                        """, in: session))
            #expect(error.state == SQLState(rawValue: "P0099"))
            #expect(error.severity == "ERROR")
            #expect(error.detail == "why")
            #expect(error.hint == "what")
            #expect(error.context?.contains("line 2") == true)
            #expect("\(error)" == "ERROR P0099: no\n  detail: why\n  hint: what")
        }
    }

    @Test("keeps notices until they are taken")
    func notices() async throws {
        try await withSession { session in
            try session.execute(
                "DO $$ BEGIN RAISE NOTICE 'one'; RAISE WARNING 'two'; END $$; DROP TABLE IF EXISTS t"
            )
            let notices = session.takeNotices()
            #expect(notices.map(\.severity) == ["NOTICE", "WARNING", "NOTICE"])
            #expect(notices.prefix(2).map(\.message) == ["one", "two"])
            #expect(session.takeNotices().isEmpty)
        }
    }

    @Test("drops notices beyond a few hundred")
    func manyNotices() async throws {
        try await withSession { session in
            try session.execute(
                "DO $$ BEGIN FOR i IN 1..1000 LOOP RAISE NOTICE '%', i; END LOOP; END $$")
            let notices = session.takeNotices()
            #expect(notices.first?.message == "1")
            #expect(notices.count < 1000)
        }
    }

    @Test("refuses COPY FROM STDIN and goes on")
    func copyIn() async throws {
        try await withSession { session in
            try session.execute("CREATE TABLE t (a int)")
            let error = try #require(
                try failure(of: "SELECT 1; COPY t FROM STDIN; SELECT 2", in: session))
            #expect(error.state == .queryCanceled)
            #expect(error.message.contains("COPY"))
            #expect(error.completedStatements == 1)
            #expect(try session.query("SELECT count(*) FROM t").scalar == "0")
        }
    }

    @Test("drains COPY TO STDOUT and goes on")
    func copyOut() async throws {
        try await withSession { session in
            let results = try session.execute(
                "COPY (SELECT generate_series(1, 50000)) TO STDOUT; SELECT 2")
            #expect(results.map(\.tag) == ["COPY 50000", "SELECT 1"])
            #expect(results.last?.scalar == "2")
        }
    }

    @Test("passes parameters as they are")
    func parameters() async throws {
        try await withSession { session in
            for text in QuotingTests.nasty {
                #expect(try session.query("SELECT $1::text", [text]).scalar == text)
            }
            let row = try session.query("SELECT $1::text, $2::text, $3::text", ["a", nil, ""]).rows
            #expect(row == [["a", nil, ""]])
        }
    }

    /// libpq takes C strings: what follows a NUL byte would silently not be sent.
    @Test("refuses text with a NUL byte instead of sending half of it")
    func nulBytes() async throws {
        try await withSession { session in
            let error = try #require(try failure(of: "SELECT 1\0; SELECT 2", in: session))
            #expect(error.message.contains("NUL"))
            #expect(!error.connectionLost)
            #expect(throws: PostgresError.self) { try session.query("SELECT $1::text", ["a\0b"]) }
            #expect(throws: PostgresError.self) { try session.query("SELECT 1\0") }
            #expect(try session.query("SELECT 3").scalar == "3")
        }
    }

    @Test("speaks UTF-8 also with a database of another encoding")
    func otherEncoding() async throws {
        try await withTemporaryDatabase { url in
            try await onOwnThread {
                let name = try ConnectionTarget(url: url).databaseName + "_latin1"
                let outer = try connect(url)
                try outer.execute(
                    "CREATE DATABASE \(name) TEMPLATE template0 ENCODING LATIN1 LOCALE 'C'")
                defer { _ = try? outer.execute("DROP DATABASE \(name) WITH (FORCE)") }
                let target = try ConnectionTarget(url: url).database(name)
                let session = try PostgresSession(connecting: target)
                #expect(try session.query("SELECT length('é'), 'é'").rows == [["1", "é"]])
            }
        }
    }

    @Test("knows its transaction, its process and its server")
    func properties() async throws {
        try await withSession { session in
            #expect(!session.isInTransaction)
            try session.execute("BEGIN")
            #expect(session.isInTransaction)
            _ = try failure(of: "SELECT 1/0", in: session)
            #expect(session.isInTransaction)
            try session.execute("ROLLBACK")
            #expect(!session.isInTransaction)
            #expect(
                try session.query("SELECT pg_backend_pid()").scalar == "\(session.backendProcess)")
            let version = try session.query("SHOW server_version_num").scalar
            #expect(version == "\(session.serverVersion)")
            #expect(try session.query("SHOW application_name").scalar == "sluice test")
        }
    }

    @Test("names columns by their names in records and leaves NULLs out")
    func records() async throws {
        try await withSession { session in
            let result = try session.query("SELECT 1 AS a, NULL AS b, '' AS c")
            #expect(result.records == [["a": "1", "c": ""]])
        }
    }
}
