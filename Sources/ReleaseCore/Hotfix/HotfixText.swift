import GitStore
import SchemaCatalog

/// The `migration.sql` of a hotfix.
struct HotfixText {
    var undone: Migration
    var proof: HotfixProof
    var environment: String

    var script: String { header + proof.steps.migrationText() }

    /// Not proven is said on the very first line.
    private var header: String {
        var lines: [String] = []
        if !proof.isProven {
            lines.append("NOT PROVEN: this hotfix does not restore everything, see below.")
        }
        lines.append("Hotfix for \(undone.name).")
        if let provenance = undone.provenance {
            lines.append(
                "It came with commit \(provenance.commit.hex) by \(provenance.author.name).")
        }
        lines.append("")
        if proof.isProven {
            let followUps = proof.needsFollowUps ? " with its follow-ups" : ""
            lines.append(
                "PROOF: history + \(undone.name) + this hotfix\(followUps) has, in a sandbox, the schema of before."
            )
        } else {
            lines.append("PROOF: in a sandbox this differs from the schema of before:")
            lines += proof.cannotReturn.map { "  \($0)" }
        }
        if !proof.losses.isEmpty {
            lines.append("")
            lines.append("The rows themselves do not come back by SQL; restore them from a backup:")
            lines += proof.losses.map { "  \($0)" }
        }
        // A line break in a name must not end the comment.
        return lines.map { line in
            line.isEmpty
                ? "--\n"
                : "-- \(line.map { $0.isNewline ? " " : $0 }.reduce(into: "") { $0.append($1) })\n"
        }.joined() + "\n"
    }
}
