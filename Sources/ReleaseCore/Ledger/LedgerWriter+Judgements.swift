import Foundation
import PostgresLink

extension LedgerWriter {
    /// What the gates said, and who went past which.
    ///
    /// - Returns: statements that may run again without writing anything twice;
    ///   none where there were no gates.
    static func judgements(
        _ gates: [GateResult], _ answers: GateAnswers, deployment: String, actor: String
    ) -> String {
        let results = gates.map { gate in
            "(\(Quoting.literal(gate.gate.rawValue)), '\(gate.outcome.rawValue)', \(json(gate)))"
        }
        let overrides = gates.filter { $0.outcome == .overridden }.map { gate in
            "(\(Quoting.literal(gate.gate.rawValue)), \(Quoting.literal(answers.reason ?? "")), \(Quoting.literal(actor)), \(json(gate)))"
        }
        return insert("gate_results", "gate, outcome, evidence", results, deployment)
            + insert("overrides", "gate, reason, overridden_by, evidence", overrides, deployment)
    }

    /// What people have answered for by naming it.
    ///
    /// - Returns: statements; none where nothing was answered for.
    static func answers(
        _ plan: Plan, _ gates: [GateResult], _ answers: GateAnswers, deployment: String?,
        actor: String
    ) -> String {
        var rows = plan.accepted.map {
            acceptance($0.kind.rawValue, $0.migration, $0.subject, $0.detail, answers, actor)
        }
        let gateAnswers: [(GateName, Set<String>)] = [
            (.dataLoss, answers.losses), (.findings, answers.findings),
        ]
        for (gate, names) in gateAnswers {
            guard let result = gates.first(where: { $0.gate == gate && $0.outcome == .pass }) else {
                continue
            }
            let detail = ([result.evidence] + result.details).joined(separator: "\n")
            rows += plan.migrations.filter { names.contains($0.name) }.map {
                acceptance(
                    gate.rawValue, $0.name, $0.migration.checksum, detail, answers, actor)
            }
        }
        let columns = "kind, migration, checksum, detail, reason, accepted_by"
        guard let deployment else {
            guard !rows.isEmpty else { return "" }
            return
                "INSERT INTO _sluice.accepts (\(columns)) VALUES\n\(rows.joined(separator: ",\n"));\n"
        }
        return insert("accepts", columns, rows, deployment)
    }

    private static func acceptance(
        _ kind: String, _ migration: String, _ checksum: String, _ detail: String,
        _ answers: GateAnswers, _ actor: String
    ) -> String {
        let fields = [kind, migration, checksum, detail, answers.reason, actor]
        return "(" + fields.map { Quoting.literal($0) + "::text" }.joined(separator: ", ") + ")"
    }

    /// Nothing where the deployment has such rows: a run that has to connect anew
    /// opens its deployment again.
    private static func insert(
        _ table: String, _ columns: String, _ rows: [String], _ deployment: String
    ) -> String {
        guard !rows.isEmpty else { return "" }
        return """
            INSERT INTO _sluice.\(table) (deployment, \(columns))
            SELECT '\(deployment)', v.* FROM (VALUES
            \(rows.joined(separator: ",\n"))) AS v
            WHERE NOT EXISTS (SELECT FROM _sluice.\(table) WHERE deployment = '\(deployment)');

            """
    }

    /// The evidence as the ledger keeps it.
    private static func json(_ gate: GateResult) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = (try? encoder.encode(gate)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
        return Quoting.literal(text) + "::jsonb"
    }
}
