import Foundation
import Testing

@testable import ReleaseCore

@Suite("Gates that ask others")
struct QuestionGateTests {
    private func outcome(_ fixture: DeploymentFixture, _ gate: GateName) throws -> GateResult {
        let prepared = try PlanBuilder(try fixture.workspace()).prepare("staging")
        return try #require(prepared.gates.first { $0.gate == gate })
    }

    @Test("checks are commands that end with 0 and assertions that are true")
    func checks() async throws {
        let cases: [(String, GateResult.Outcome, String)] = [
            ("commands: [\"true\"], sql: [\"select true\"]", .pass, "2 of 2 hold"),
            ("commands: [\"echo no; false\"]", .block, "ended with 1: no"),
            ("sql: [\"select 1 > 2\"]", .block, "returned f instead of true"),
            ("sql: [\"select 1/0\"]", .block, "division by zero"),
            ("sql: [\"create table x (y int)\"]", .block, "read-only"),
            ("commands: [\"test $SLUICE_ENVIRONMENT = staging\"]", .pass, "1 of 1"),
        ]
        for (settings, wanted, words) in cases {
            try await DeploymentFixture.use("gates: { checks: { \(settings) } }") { fixture in
                try fixture.write("1", "SELECT 1")
                let result = try outcome(fixture, .checks)
                #expect(result.outcome == wanted, "\(settings): \(result.evidence)")
                #expect(result.evidence.contains(words), "\(result.evidence)")
            }
        }
    }

    @Test("a risky migration's flag must be off")
    func flags() async throws {
        let command = "test $SLUICE_FLAG = new_search && cat $FLAG_FILE"
        let gate = "gates: { feature_flag: { command: '\(command)' } }"
        try await DeploymentFixture.use(gate) { fixture in
            try fixture.write("1", "SELECT 1")
            #expect(try outcome(fixture, .featureFlag).evidence.contains("names a flag"))
            try fixture.write("2", "-- sluice:flag new_search\nSELECT 1")
            // The command fails: nobody knows, so it blocks.
            let unknown = try outcome(fixture, .featureFlag)
            #expect(unknown.outcome == .block)
            #expect(unknown.evidence.contains("is not known"))
        }
    }

    @Test(
        "answers about flags are words or JSON",
        arguments: [
            ("off\n", FeatureFlagGate.State.off), ("FALSE", .off), ("0", .off), ("on", .on),
            ("{\"enabled\": false}", .off), ("{\"enabled\": true}", .on),
            ("{\"value\": \"off\"}", .off),
        ])
    func answers(_ text: String, _ state: FeatureFlagGate.State) {
        #expect(FeatureFlagGate.state(text) == state)
    }

    @Test("an answer that is neither is not known", arguments: ["", "maybe", "{}", "[false]"])
    func unknown(_ text: String) {
        guard case .unknown = FeatureFlagGate.state(text) else {
            Issue.record("\(text) was understood")
            return
        }
    }

    @Test("flags are asked over HTTP, by their name")
    func addresses() async throws {
        let server = try LoopbackServer { request in
            let isOff = request.path == "/flags/a%20b"
            let body = "{\"enabled\": \(!isOff)}"
            return .answer(
                "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
            )
        }
        let service = FlagService(
            configuration: GateConfiguration(
                gate: .featureFlag,
                settings: ["url": "http://127.0.0.1:\(server.port)/flags/{flag}"]),
            question: ProgramQuestion(
                variables: [:], directory: nil, mask: SecretMask([:], references: [])),
            environment: "x")
        try await BlockingThread.run {
            #expect(service.state(of: .init(name: "a b", migration: "1")) == .off)
            #expect(service.state(of: .init(name: "c", migration: "1")) == .on)
        }
    }

    @Test("drift blocks")
    func drift() async throws {
        try await DeploymentFixture.use("gates: { drift: {} }") { fixture in
            // The sandbox's server runs as another account.
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o755], ofItemAtPath: fixture.directory)
            try fixture.write("1", "CREATE TABLE a (x int)")
            try fixture.deploy()
            try fixture.write("2", "CREATE TABLE b (x int)")
            #expect(try outcome(fixture, .drift).outcome == .pass)
            try fixture.ask("ALTER TABLE a ADD COLUMN y int")
            let result = try outcome(fixture, .drift)
            #expect(result.outcome == .block)
            #expect(result.details.contains { $0.contains("y") })
        }
    }
}
