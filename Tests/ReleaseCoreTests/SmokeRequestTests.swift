import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import ReleaseCore

/// HTTP checks against servers with faults.
@Suite("A smoke check that makes requests")
struct SmokeRequestTests {
    private static let health = """
        {"status": "ok", "db": {"up": true, "lag": 0.5}, "versions": [7, "8"], "a/b": null}
        """

    /// What is expected of the health page, and what comes of it.
    @Test(
        "looks into a JSON body",
        arguments: [
            (
                "{ json: { /status: ok, /db/up: true, /db/lag: 0.5, /versions/0: 7 } }", true,
                "answered 200"
            ),
            ("{ json: { /versions: [7, \"8\"], /a~1b: null, \"\": {} } }", false, "instead of {}"),
            (
                "{ json: { /versions/1: 8 } }", false,
                "answered with \"8\" at “/versions/1” instead of 8"
            ),
            ("{ json: { /db/down: false } }", false, "without a value at “/db/down”"),
            ("{ status: [201, 200-204] }", true, "answered 200"),
            ("{ status: 201-204 }", false, "answered 200 instead of 201 to 204"),
            ("{ headers: { content-type: application/json } }", true, "answered 200"),
            (
                "{ headers: { Content-Type: text/html } }", false,
                "application/json instead of text/html"
            ),
            ("{ headers: { X-None: a } }", false, "without the header X-None"),
            ("{ text: nowhere }", false, "without the text “nowhere”: “{\"status\": \"ok\""),
        ])
    func body(_ expect: String, _ passes: Bool, _ detail: String) async throws {
        let server = try LoopbackServer(
            answer: LoopbackServer.answer(
                200, Self.health, headers: "Content-Type: application/json\r\n"))
        try await DeploymentFixture.use("smoke: [ { http: \"\(server.url)\", expect: \(expect) } ]")
        { fixture in
            let result = try fixture.check()
            #expect(result.outcome == (passes ? .passed : .failed))
            #expect(result.detail.contains(detail), "\(result.detail)")
        }
        withExtendedLifetime(server) {}
    }

    @Test("is tried again until the application is healthy")
    func flapping() async throws {
        let count = Mutex(0)
        let server = try LoopbackServer { _ in
            let number = count.withLock { count in
                count += 1
                return count
            }
            return .answer(LoopbackServer.answer(number < 4 ? 503 : 200, "number \(number)"))
        }
        for (patience, outcome, attempts) in [
            ("retries: 1, interval: 1ms", SmokeRun.Outcome.failed, 2),
            ("within: 60s, interval: 1ms", .passed, 2),
        ] {
            try await DeploymentFixture.use("smoke: [ { http: \"\(server.url)\", \(patience) } ]") {
                let result = try $0.check()
                #expect(result.outcome == outcome)
                #expect(result.attempts == attempts)
            }
        }
    }

    @Test("tells a wrong answer from none", arguments: Fault.all)
    func faults(_ fault: Fault) async throws {
        let server = try LoopbackServer { fault.reply($0) }
        let entry = "{ http: \"\(server.url)\(fault.path)\", \(fault.settings) }"
        try await DeploymentFixture.use("smoke: [ \(entry) ]") { fixture in
            let result = try fixture.check()
            #expect(result.outcome == fault.outcome, "\(result.detail)")
            #expect(result.detail.contains(fault.detail), "\(result.detail)")
        }
        withExtendedLifetime(server) {}
    }

    @Test("keeps secrets with the server they are meant for")
    func redirectedSecrets() async throws {
        let other = try LoopbackServer(answer: LoopbackServer.answer(200, "there"))
        let server = try LoopbackServer { _ in
            .answer(LoopbackServer.answer(302, "", headers: "Location: \(other.url)\r\n"))
        }
        let check =
            "{ http: \"\(server.url)\", headers: { X-Key: \"${KEY}\", Authorization: Basic, X-Plain: p } }"
        try await DeploymentFixture.use("smoke: [ \(check) ]") { fixture in
            var fixture = fixture
            fixture.variables["KEY"] = "s3cret-key"
            let result = try fixture.check()
            #expect(result.outcome == .passed)
        }
        #expect(server.received.first?.text.contains("X-Key: s3cret-key") == true)
        let led = try #require(other.received.first?.text)
        #expect(led.contains("X-Plain: p"))
        #expect(!led.contains("s3cret-key") && !led.contains("Authorization"))
    }

    @Test("never shows a secret, wherever it comes back")
    func masked() async throws {
        let server = try LoopbackServer { request in
            .answer(LoopbackServer.answer(500, "you said \(request.text)"))
        }
        let check =
            "{ http: \"\(server.url)?k=${KEY}\", headers: { X-Key: \"${KEY}\" }, body: \"{\\\"k\\\": \\\"${KEY}\\\"}\", method: POST }"
        try await DeploymentFixture.use("smoke: [ \(check) ]") { fixture in
            var fixture = fixture
            fixture.variables["KEY"] = "se\"cret/key"
            try fixture.write("1", "CREATE TABLE a (id int)")
            let report = try fixture.deploy()
            let result = try #require(report.smoke?.results.first)
            #expect(result.outcome == .failed)
            #expect(result.output?.contains("X-Key: ***") == true)
            let ledger = try fixture.ask("SELECT results::text FROM _sluice.smoke_runs").joined()
            for form in ["se\"cret", "se\\\"cret", "se%22cret", "se\\\\\\\"cret"] {
                #expect(!"\(report)".contains(form) && !ledger.contains(form))
            }
        }
        #expect(server.received.first?.body == #"{"k": "se\"cret/key"}"#)
    }

    @Test("verifies certificates")
    func certificates() async throws {
        try await withTemporaryDirectory(named: "tls") { folder in
            let server = try await TLSServer.start(in: folder)
            try await DeploymentFixture.use("smoke: [ { http: \"\(server.url)\" } ]") { fixture in
                var fixture = fixture
                let refused = try fixture.check()
                #expect(refused.outcome == .failed)
                #expect(refused.detail.contains("certificate"), "\(refused.detail)")
                fixture.variables["SSL_CERT_FILE"] = server.certificate
                let accepted = try fixture.check()
                #expect(accepted.outcome == .passed)
            }
            await server.stop()
        }
    }

    @Test("runs beside others, but not beside more than allowed")
    func concurrency() async throws {
        let active = Atomic(0)
        let most = Mutex(0)
        let turnstile = DispatchSemaphore(value: 0)
        let server = try LoopbackServer { _ in
            let count = active.add(1, ordering: .sequentiallyConsistent).newValue
            most.withLock { $0 = max($0, count) }
            // The fourth that is there at the same time lets everybody go on.
            if count == 4 { for _ in 0..<40 { turnstile.signal() } }
            _ = turnstile.wait(timeout: .now() + 60)
            active.subtract(1, ordering: .sequentiallyConsistent)
            return .answer(LoopbackServer.answer(200, ""))
        }
        let checks = (1...20).map { "{ name: c\($0), http: \"\(server.url)\", timeout: 60s }" }
        let text = "smoke: { concurrency: 4, checks: [ \(checks.joined(separator: ", ")) ] }"
        try await DeploymentFixture.use(text) { fixture in
            let run = try SmokeStage(workspace: try fixture.workspace()).run("staging").run
            #expect(run.outcome == .passed)
            #expect(run.results.map(\.name) == (1...20).map { "c\($0)" })
        }
        #expect(most.withLock { $0 } == 4)
    }
}

/// A fault of a server and what must be said about it.
struct Fault: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var path = ""
    var settings = "timeout: 30s"
    var outcome: SmokeRun.Outcome
    var detail: String
    var reply: @Sendable (LoopbackServer.Request) -> LoopbackServer.Reply

    private static func redirect(_ status: Int, _ place: String) -> LoopbackServer.Reply {
        .answer(LoopbackServer.answer(status, "", headers: "Location: \(place)\r\n"))
    }

    private static let endless = LoopbackServer.Reply.endless(
        "HTTP/1.1 200 OK\r\n\r\nhead", repeating: String(repeating: "x", count: 65_536))

    static let all: [Fault] = [
        Fault(
            testDescription: "a hung connection", settings: "timeout: 300ms", outcome: .error,
            detail: "no answer within 300 ms", reply: { _ in .hang }),
        Fault(
            testDescription: "a slow answer", settings: "expect: { within: 1ms }", outcome: .failed,
            detail: "instead of within 1 ms",
            reply: { _ in
                usleep(50_000)
                return .answer(LoopbackServer.answer(200, ""))
            }),
        Fault(
            testDescription: "a redirection loop", outcome: .failed, detail: "in a circle",
            reply: { $0.path == "/" ? redirect(302, "/b") : redirect(302, "/") }),
        Fault(
            testDescription: "redirections without end", outcome: .failed,
            detail: "more than 5 times", reply: { redirect(307, $0.path + "x") }),
        Fault(
            testDescription: "redirections that are not wanted", settings: "redirects: 0",
            outcome: .failed, detail: "answered 302 instead of 200",
            reply: { _ in redirect(302, "/b") }),
        Fault(
            testDescription: "a redirected post", settings: "method: POST, body: a",
            outcome: .passed, detail: "answered 200",
            reply: { request in
                request.path == "/"
                    ? redirect(303, "/b")
                    : .answer(LoopbackServer.answer(request.method == "GET" ? 200 : 405, ""))
            }),
        Fault(
            testDescription: "a huge body", settings: "expect: { text: tail }", outcome: .error,
            detail: "more than 1048576 bytes", reply: { _ in endless }),
        Fault(
            testDescription: "a huge body with what is wanted in its beginning",
            settings: "expect: { text: head }, max_body: 1000", outcome: .passed,
            detail: "answered 200",
            reply: { _ in endless }),
        Fault(
            testDescription: "a huge body where JSON is wanted",
            settings: "expect: { json: { /a: 1 } }, max_body: 10", outcome: .error,
            detail: "it was not read as JSON", reply: { _ in endless }),
        Fault(
            testDescription: "a body that is not JSON", settings: "expect: { json: { /a: 1 } }",
            outcome: .failed, detail: "a body that is not JSON: “<html>”",
            reply: { _ in .answer(LoopbackServer.answer(200, "<html>")) }),
        Fault(
            testDescription: "a connection that is closed", outcome: .error,
            detail: "could not be asked", reply: { _ in .answer("") }),
    ]
}
