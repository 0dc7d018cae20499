import GitStore
import SchemaCatalog

/// The `migration.sql` of a hotfix: what it is, how it is proven, what it cannot do,
/// and the statements.
struct HotfixText {
    /// Oldest first.
    var undone: [Migration]
    /// How many migrations of the history come behind the oldest one and stay.
    var laterCount: Int
    var proof: HotfixProof
    var reason: String
    /// What the losses mean in an environment.
    var rows: EnvironmentRows?
    /// The server of the sandbox.
    var serverVersion: Int

    var script: String { header + proof.steps.migrationText() }

    /// The first words of a hotfix that does not restore everything.
    static let notProven = "NOT PROVEN"
    /// Stands before the list of what does not return.
    static let listMark = "What does not return:"

    /// What the sandbox showed, one sentence.
    var proofSentence: String {
        if let failure = proof.failure {
            return "in a sandbox the statements stop with: \(failure)"
        }
        let subject = undone.count == 1 ? undone[0].name : "\(undone.count) migrations"
        guard proof.isProven else {
            return
                "in a sandbox, the schema behind this hotfix differs from the one of before \(subject)."
        }
        let followUps = proof.needsFollowUps ? " with its follow-ups" : ""
        let later =
            laterCount == 0
            ? ""
            : ", with \(laterCount == 1 ? "the later migration" : "\(laterCount) later migrations") on top"
        return
            "in a sandbox, history + \(subject) + this hotfix\(followUps) has the schema of before\(later): \(proof.comparedObjects) objects compared, PostgreSQL \(serverVersion / 10_000)."
    }

    /// What does not come back by SQL, with the numbers of the environment.
    var losses: [String] { words(of: proof.losses) }

    private func words(of losses: [DataLoss]) -> [String] {
        losses.map { loss in
            let words = rows?.words(loss) ?? ""
            return words.isEmpty ? loss.description : "\(loss.description): \(words)"
        }
    }

    /// A sequence comes back with the table that owns it.
    private func isInRestored(_ loss: DataLoss) -> Bool {
        loss.object.kind == .sequence && proof.goal.sequence(loss.object)?.owner != nil
    }

    var dataReturn: [String] { DataReturn(proof.losses, proof.goal).statements }

    private static func title(_ name: String) -> String { "Hotfix for \(name)." }

    /// Whether a script is a hotfix for a migration: the comment in front says so.
    static func undoes(_ name: String, _ script: [UInt8]) -> Bool {
        comment(of: script).contains { $0 == "-- \(title(name))" }
    }

    /// Whether it is one that was proven to be its way back.
    static func undoesProvenly(_ name: String, _ script: [UInt8]) -> Bool {
        let isProven = comment(of: script).first?.hasPrefix("-- \(notProven)") == false
        return isProven && undoes(name, script)
    }

    /// The first migration that a hotfix undoes; `nil` for any other script.
    static func undone(by script: [UInt8]) -> String? {
        let parts = title("|").split(separator: "|")
        return comment(of: script).lazy.compactMap { line -> String? in
            guard parts.count == 2, line.hasPrefix("-- \(parts[0])"), line.hasSuffix(parts[1])
            else { return nil }
            return String(line.dropFirst(3 + parts[0].count).dropLast(parts[1].count))
        }.first
    }

    /// The lines of the comment in front.
    private static func comment(of script: [UInt8]) -> ArraySlice<Substring> {
        String(decoding: script, as: UTF8.self).split(whereSeparator: \.isNewline)
            .prefix { $0.hasPrefix("--") }
    }

    /// Not proven is said on the very first line.
    private var header: String {
        var lines: [String] = []
        if !proof.isProven {
            lines.append("\(Self.notProven): this hotfix does not restore everything, see below.")
        }
        for migration in undone {
            lines.append(Self.title(migration.name))
            if let provenance = migration.provenance {
                lines.append(
                    "It came with commit \(provenance.commit.hex) by \(provenance.author.name).")
            }
        }
        lines += ["Reason: \(reason)", "", "PROOF: \(proofSentence)"]
        lines += section(Self.listMark, proof.cannotReturn)
        lines += section("Left out, because it is undone already:", proof.settled)
        lines += section("Added later to what goes now, and goes with it:", proof.takenAlong)
        lines += section(
            "What was written meanwhile goes:",
            words(of: proof.losses.filter { $0.kind == .discarded })
        )
        lines += section(
            "Values that do not fit make it fail:",
            words(of: proof.losses.filter { $0.kind == .converted }))
        lines += section(
            "The rows themselves do not come back by SQL:",
            words(of: proof.losses.filter { $0.kind == .restoredEmpty && !isInRestored($0) }))
        let statements = dataReturn
        if !statements.isEmpty {
            lines += section(
                "To bring them back, restore a backup to a database of its own (sluice restore),\nfill in its address, and run this behind the hotfix:",
                statements.map { $0 + ";" })
        }
        // A line break in a name must not end the comment.
        return lines.map { line in
            line.isEmpty
                ? "--\n" : "-- \(String(line.map { $0.isNewline ? " " : $0 }))\n"
        }.joined() + "\n"
    }

    private func section(_ title: String, _ lines: [String]) -> [String] {
        lines.isEmpty
            ? [] : [""] + title.split(separator: "\n").map(String.init) + lines.map { "  \($0)" }
    }
}

/// A hotfix that was written before, as its script tells.
struct WrittenHotfix {
    let script: String

    var isProven: Bool { !script.hasPrefix("-- \(HotfixText.notProven)") }

    var proof: String {
        lines.first { $0.hasPrefix("PROOF: ") }.map { String($0.dropFirst("PROOF: ".count)) } ?? ""
    }

    var cannotReturn: [String] {
        guard let start = lines.firstIndex(of: HotfixText.listMark) else { return [] }
        return lines[(start + 1)...].prefix { $0.hasPrefix("  ") }.map { String($0.dropFirst(2)) }
    }

    private var lines: [String] {
        script.split(separator: "\n", omittingEmptySubsequences: false)
            .prefix { $0.hasPrefix("--") }.map { String($0.dropFirst($0.hasPrefix("-- ") ? 3 : 2)) }
    }
}
