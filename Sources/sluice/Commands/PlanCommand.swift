import ArgumentParser
import ReleaseCore

struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract:
            "Show pending migrations, their SQL, findings, gates and the digest. Changes nothing.")

    @Argument(help: "The environment; may be left out when there is only one.")
    var environment: String?

    @Option(help: ArgumentHelp("Stop behind this migration.", valueName: "migration"))
    var upTo: String?

    @OptionGroup var answers: AnswerOptions

    @OptionGroup var common: CommonOptions

    func run() throws {
        let console = common.console
        try CommandRunner(console: console, writesMarkdown: true).run {
            try PlanPrinter(console: console).run(
                common, environment, upTo: upTo, answers)
        }
    }
}

/// Prints the plan that a deployment would run.
struct PlanPrinter {
    let console: Console

    func run(
        _ common: CommonOptions, _ environment: String?, upTo: String?, _ answers: AnswerOptions,
        digest: String? = nil
    ) throws -> ExitCode {
        let workspace = try common.workspace()
        let prepared = try PlanBuilder(workspace).prepare(
            environment, upTo: upTo, accepted: Set(answers.accept), inspectedDigest: digest,
            answers: try answers.answers())
        switch console.format {
        case .json: try console.document(PlanDocument(prepared.plan, prepared.gates))
        case .markdown:
            for line in PlanMarkdown(plan: prepared.plan, gates: prepared.gates).lines() {
                console.line(line)
            }
        case .text: printText(prepared, flags: Self.flags(common, upTo) + answers.words)
        }
        CIOutputs.current.tell(
            prepared.plan, prepared.gates, migrations: workspace.configuration.migrationsPath,
            console)
        return prepared.plan.problems.isEmpty ? .success : .needsAttention
    }

    /// The flags that shaped the plan: without them another one would run.
    private static func flags(
        _ common: CommonOptions, _ upTo: String?
    ) -> [String] {
        [("--up-to", upTo), ("--config", common.config), ("--migrations", common.migrations)]
            .flatMap { flag, value in value.map { [flag, quoted($0)] } ?? [] }
    }

    /// As a shell reads it.
    static func quoted(_ word: String) -> String {
        let plain = word.allSatisfy {
            $0.isASCII && ($0.isLetter || $0.isNumber || "-_./:".contains($0))
        }
        return plain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }

    private func printText(_ prepared: PlanBuilder.Prepared, flags: [String]) {
        let command = self.command(prepared, flags: flags)
        let gates = prepared.gates.map { result in
            // The plan is being inspected right now.
            guard result.gate == .dryRun, result.outcome == .block else { return result }
            var result = result
            result.wayOut = command
            return result
        }
        let text = PlanText(
            plan: prepared.plan, gates: gates, console: console,
            sqlLines: console.isVerbose ? .max : PlanText.shortSQL)
        console.lines(text.lines())
        guard !prepared.plan.isEmpty, prepared.plan.problems.isEmpty else { return }
        let blocking = prepared.gates.filter { $0.outcome == .block }.map(\.gate)
        guard blocking.allSatisfy({ $0 == .dryRun }), !prepared.hasFailedRehearsal else { return }
        console.line("\nTo run it: \(command)")
    }

    private func command(_ prepared: PlanBuilder.Prepared, flags: [String]) -> String {
        let verb = prepared.release.environment.promotesFrom == nil ? "deploy" : "promote"
        var command = ["sluice", verb, prepared.plan.environment]
        if verb == "promote" {
            command += ["--plan", String(prepared.plan.digest.prefix(PlanDigest.shortLength))]
        }
        return (command + flags).joined(separator: " ")
    }
}
