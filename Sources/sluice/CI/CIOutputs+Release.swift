import ReleaseCore
import SQLAnalysis

extension CIOutputs {
    /// What a plan says to a job.
    func tell(
        _ plan: Plan, _ gates: [GateResult], migrations path: String, _ console: Console
    ) {
        let findings = plan.migrations.flatMap { planned in
            planned.findings.map { finding in
                Annotation(
                    level: finding.severity == .error
                        ? .error : finding.severity == .warning ? .warning : .notice,
                    file: Self.script(path, planned.name), line: finding.line,
                    title: finding.rule, message: finding.message)
            }
        }
        let isBlocked = !plan.problems.isEmpty || gates.contains { $0.outcome == .block }
        tell(
            summary: PlanMarkdown(plan: plan, gates: gates).lines(),
            outputs: [
                ("environment", plan.environment), ("digest", plan.digest),
                ("pending", "\(plan.migrations.count)"),
                ("blocked", isBlocked ? "true" : "false"),
            ], annotations: findings + Self.problems(plan, path), console)
    }

    /// What a deployment says to a job.
    func tell(_ report: DeploymentReport, migrations path: String, _ console: Console) {
        var annotations = Self.problems(report.plan, path)
        if let failure = report.failure {
            annotations.append(
                Annotation(
                    level: .error, file: Self.script(path, failure.migration), line: failure.line,
                    title: "\(report.plan.environment): failed", message: failure.message))
        }
        tell(
            summary: DeploymentMarkdown(report: report).lines(),
            outputs: [
                ("environment", report.plan.environment), ("digest", report.plan.digest),
                ("verdict", report.verdict.rawValue), ("applied", "\(report.applied.count)"),
                ("deployment", report.deployment ?? ""),
            ], annotations: annotations, console)
    }

    private static func problems(_ plan: Plan, _ path: String) -> [Annotation] {
        plan.problems.map {
            Annotation(
                level: .error, file: script(path, $0.migration), line: nil,
                title: "\(plan.environment): \($0.kind.rawValue)", message: $0.detail)
        }
    }

    private static func script(_ path: String, _ migration: String) -> String {
        migration.isEmpty ? path : "\(path)/\(migration)/migration.sql"
    }
}
