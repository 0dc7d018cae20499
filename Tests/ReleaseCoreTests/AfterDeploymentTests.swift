import Testing

@testable import ReleaseCore

@Suite("What follows a deployment, as configured")
struct AfterDeploymentTests {
    private func read(_ lines: String) throws -> AfterDeployment {
        let text = "environments: { a: { database: sandbox, \(lines) } }"
        return try ConfigurationReader.read(Array(text.utf8), file: "sluice.yml").environments[0]
            .after
    }

    @Test("is nothing but a proposal by default")
    func defaults() throws {
        let after = try read("branch: b")
        #expect(after == AfterDeployment())
        #expect(after.onFailure == .propose)
    }

    @Test("is watching, maintenance mode, notifications and reminders")
    func everything() throws {
        let after = try read(
            """
            bake: { for: 10m, tags: fast }, on_failure: hotfix, after_deploy: [One., Two.],
            maintenance: { on: { command: [a, b] }, off: { http: "http://x", expect: { status: 204 } }, deploy: true },
            notify: [ { webhook: "${HOOK}", on: [degraded, blocked] }, { slack: "https://s" } ]
            """)
        #expect(after.bake == .init(duration: .seconds(600), every: .seconds(30), tags: ["fast"]))
        #expect(after.onFailure == .hotfix)
        #expect(after.reminders == ["One.", "Two."])
        #expect(after.maintenance?.isUsual == true)
        #expect(after.maintenance?.on == .command(CommandCheck(words: ["a", "b"], isShell: false)))
        #expect(after.notify.map(\.form) == [.webhook, .slack])
        #expect(after.notify.first?.verdicts == [.degraded, .blocked])
        #expect(after.references == ["HOOK"])
        #expect(try read("bake: 1m").bake?.every == .seconds(6))
    }

    @Test(
        "is refused where it makes no sense",
        arguments: [
            ("bake: soon", "duration"), ("bake: { every: 1s }", "bake needs for"),
            ("bake: { for: 1m, evry: 1s }", "did you mean “every”?"),
            ("on_failure: hotfixx", "propose or hotfix"),
            ("maintenance: { on: { sql: a } }", "both on and off"),
            ("maintenance: { on: { sql: a }, off: {} }", "maintenance off has exactly one of"),
            (
                "maintenance: { on: { sql: a, method: GET }, off: { sql: b } }",
                "method means nothing"
            ),
            ("notify: [ { url: a } ]", "unknown key “url”"),
            ("notify: [ { webhook: \"ftp://x\" } ]", "http://"),
            ("notify: [ { slack: \"https://x\", on: degrade } ]", "did you mean “degraded”?"),
            ("after_deply: [a]", "did you mean “after_deploy”?"),
        ])
    func refusal(_ lines: String, _ part: String) {
        let error = #expect(throws: ConfigurationError.self) { try read(lines) }
        #expect(error?.description.contains(part) == true, "\(String(describing: error))")
    }
}
