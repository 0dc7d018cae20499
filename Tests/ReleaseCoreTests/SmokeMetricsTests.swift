import Foundation
import Synchronization
import TestSupport
import Testing

@testable import ReleaseCore

/// Checks of numbers from before and after a deployment.
@Suite("A smoke check of metrics")
struct SmokeMetricsTests {
    /// Counts requests by itself, and errors once it is told to.
    private final class Application: Sendable {
        private let state = Mutex((requests: 0.0, errors: 0.0, isBroken: false))

        var page: String {
            state.withLock { state in
                state.requests += 100
                if state.isBroken { state.errors += 50 }
                return """
                    # TYPE http_requests_total counter
                    http_requests_total{code="200"} \(state.requests - state.errors)
                    http_requests_total{code="500"} \(state.errors)

                    """
            }
        }

        func breakDown() {
            state.withLock { $0.isBroken = true }
        }

        func serve() throws -> LoopbackServer {
            try LoopbackServer { [self] _ in
                .answer(
                    LoopbackServer.answer(
                        200, page, headers: "Content-Type: text/plain; version=0.0.4\r\n"))
            }
        }
    }

    @Test("asks the real Prometheus about the windows before and after")
    func prometheus() async throws {
        let application = Application()
        let page = try application.serve()
        try await withTemporaryDirectory(named: "prometheus") { folder in
            let server = try await PrometheusServer.start(in: folder, scraping: page.port)
            let query =
                "sum(increase(http_requests_total{code=~'5..'}[$window])) / sum(increase(http_requests_total[$window]))"
            @Sendable func settings(_ expect: String) -> String {
                """
                smoke: [ { name: errors, metrics: { prometheus: "\(server.url)", query: "\(query)" },
                           window: 4s, expect: { \(expect) }, retries: 3 } ]
                """
            }
            try await DeploymentFixture.use { fixture in
                // It has to have seen some requests first.
                try fixture.configure(
                    settings("max: 1").replacing("retries: 3", with: "within: 60s"))
                #expect(try fixture.check().outcome == .passed)
                try fixture.configure(settings("max: 10%, max_increase: 50%"))
                try fixture.write("1", "CREATE TABLE jobs (id int)")
                let good = try fixture.deploy()
                #expect(good.verdict == .succeeded, "\(String(describing: good.smoke))")
                try fixture.write("2", "CREATE TABLE more (id int)")
                let bad = try fixture.deploy { event in
                    if case .applied = event { application.breakDown() }
                }
                #expect(bad.verdict == .degraded)
                let detail = try #require(bad.smoke?.results.first?.detail)
                #expect(detail.contains("after, 0 before: more than 0.1."), "\(detail)")
                try fixture.configure(settings("max: 1").replacing("sum(", with: "summ("))
                let wrong = try fixture.check()
                #expect(wrong.outcome == .error)
                #expect(wrong.detail.contains("answered 400"), "\(wrong.detail)")
            }
            await server.stop()
        }
    }

    @Test("watches a page of metrics that keeps no past")
    func endpoint() async throws {
        let application = Application()
        let server = try application.serve()
        let check = """
            smoke: [ { metrics: { endpoint: "\(server.url)metrics",
                                  ratio: ['http_requests_total{code=~"5.."}', http_requests_total] },
                       window: 10ms, expect: { max: 10%, max_increase: 50% } } ]
            """
        try await DeploymentFixture.use(check) { fixture in
            try fixture.write("1", "CREATE TABLE jobs (id int)")
            #expect(try fixture.deploy().verdict == .succeeded)
            try fixture.write("2", "CREATE TABLE more (id int)")
            let bad = try fixture.deploy { event in
                if case .applied = event { application.breakDown() }
            }
            #expect(bad.smoke?.results.map(\.detail) == ["0.5 after, 0 before: more than 0.1."])
        }
    }

    @Test("tells what cannot be asked or read from what is wrong")
    func unknown() async throws {
        let server = try LoopbackServer(answer: LoopbackServer.answer(200, "<html>"))
        let missing = try LoopbackServer(answer: LoopbackServer.answer(404, "no"))
        for (metrics, detail) in [
            (
                "{ endpoint: \"\(server.url)\", rate: a }",
                "does not answer in Prometheus' text format"
            ),
            ("{ endpoint: \"\(missing.url)\", rate: a }", "answered 404"),
            ("{ prometheus: \"\(server.url)\", query: a }", "does not answer as Prometheus does"),
            ("{ database: statement_time }", "pg_stat_statements is not installed"),
        ] {
            let check = "smoke: [ { metrics: \(metrics), window: 1ms, expect: { max: 1 } } ]"
            try await DeploymentFixture.use(check) { fixture in
                let result = try fixture.check()
                #expect(result.outcome == .error)
                #expect(result.detail.contains(detail), "\(result.detail)")
            }
        }
    }

    @Test("counts what the database counts")
    func database() async throws {
        let check =
            "smoke: [ { metrics: { database: rollback_ratio }, window: 3s, expect: { max: 30% } }, { metrics: { database: deadlocks }, window: 100ms, expect: { max: 0 } } ]"
        try await DeploymentFixture.use(check) { fixture in
            let flag = Flag()
            let work = SideWork {
                // Each session hands its numbers over when it ends.
                while !flag.isRaised { _ = try? fixture.ask("SELECT 1/0") }
            }
            let run = try SmokeStage(workspace: try fixture.workspace()).run("staging").run
            flag.raise()
            try work.wait()
            #expect(run.results.map(\.outcome) == [.failed, .passed])
            #expect(run.results.first?.detail.contains("more than 0.3") == true)
        }
    }
}

/// Says that something is over.
private final class Flag: Sendable {
    private let state = Atomic(false)
    var isRaised: Bool { state.load(ordering: .sequentiallyConsistent) }
    func raise() { state.store(true, ordering: .sequentiallyConsistent) }
}
