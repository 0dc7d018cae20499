import Testing

@testable import ReleaseCore

@Suite("Answering for problems")
struct AcceptanceTests {
    @Test("a name that nothing has is refused, with the nearest one")
    func unknownName() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("20240101000000_jobs", "CREATE TABLE a (x int)")
            let error = #expect(throws: ReleaseError.self) {
                try fixture.deploy(accepted: ["20240101000000_job"])
            }
            #expect(error?.kind == .usage)
            #expect(error?.next == ["did you mean 20240101000000_jobs?"])
            #expect(try fixture.ask("SELECT to_regclass('a')") == ["-"])
        }
    }

    @Test("an accepted problem is remembered as long as it is the same one")
    func remembered() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "CREATE TABLE a (x int)")
            try fixture.write("2", "CREATE TABLE b (x int)")
            try fixture.deploy()
            try fixture.remove("1")
            try fixture.write("3", "CREATE TABLE c (x int)")
            #expect(try fixture.deploy().verdict == .blocked)
            var request = DeploymentRequest(environment: "staging", promotes: false)
            request.accepted = ["1"]
            request.answers.reason = "squashed"
            #expect(try Deployer(try fixture.workspace()).run(request).verdict == .succeeded)
            #expect(
                try fixture.ask("SELECT kind, migration, reason, accepted_by FROM _sluice.accepts")
                    == ["missing|1|squashed|Ada"])
            // Neither the next deployment nor the status asks again.
            try fixture.write("4", "CREATE TABLE d (x int)")
            #expect(try fixture.deploy().verdict == .succeeded)
            #expect(try fixture.status().state == .upToDate)
            // Another change of the same migration is another question.
            try fixture.write("1", "CREATE TABLE a (x bigint)")
            #expect(try fixture.deploy().verdict == .blocked)
            #expect(try fixture.status().problems.map(\.kind) == [.edited])
        }
    }

    @Test("is written down also where nothing is pending")
    func nothingPending() async throws {
        try await DeploymentFixture.use { fixture in
            try fixture.write("1", "CREATE TABLE a (x int)")
            try fixture.write("2", "CREATE TABLE b (x int)")
            try fixture.deploy()
            try fixture.remove("1")
            #expect(try fixture.deploy().verdict == .blocked)
            #expect(try fixture.deploy(accepted: ["1"]).verdict == .nothingToDo)
            #expect(try fixture.deploy().verdict == .nothingToDo)
            #expect(try fixture.ask("SELECT count(*) FROM _sluice.accepts") == ["1"])
        }
    }
}
