import GitStore
import ReleaseCore
import SQLAnalysis

/// A rehearsal as people read it.
struct RehearsalText {
    let outcome: Rehearser.Outcome
    let console: Console

    func lines() -> [String] {
        let plan = outcome.plan
        let digest = console.paint(String(plan.digest.prefix(PlanDigest.shortLength)), .strong)
        let name = console.paint(plan.environment, .strong)
        guard let rehearsal = outcome.rehearsal else {
            return ["\(name): nothing pending, so there is nothing to rehearse."]
        }
        let count = plan.migrations.count
        var lines = [
            "\(name): \(count) migration\(count == 1 ? "" : "s") on \(copy(rehearsal.rows)), plan \(digest)"
        ]
        lines += rehearsal.rows.skipped.map { console.paint("  not copied: \($0)", .faint) }
        for migration in rehearsal.migrations { lines += [""] + self.lines(of: migration) }
        if let failure = rehearsal.failure { lines += ["", self.line(of: failure)] }
        if !rehearsal.changes.isEmpty {
            lines += ["", console.paint("schema", .strong)] + rehearsal.changes.map { "  \($0)" }
        }
        lines += rehearsal.invalid.map { "\(console.paint("not valid", .warning)) \($0)" }
        lines += wayBack(rehearsal)
        if !plan.problems.isEmpty {
            lines += [""] + ProblemText(console: console).lines(plan.problems)
        }
        return lines + ["", summary(rehearsal)]
    }

    private func lines(of migration: Rehearsal.Migration) -> [String] {
        let mode = migration.isTransactional ? "transactional" : "stepwise"
        let count = migration.statements.count
        let head =
            "\(console.paint(migration.name, .strong))  \(count) statement\(count == 1 ? "" : "s"), \(mode)"
        return [head] + migration.statements.flatMap(lines(of:)) + held(migration)
    }

    /// What others wait for longer than the statement takes that locks it.
    private func held(_ migration: Rehearsal.Migration) -> [String] {
        guard let last = migration.statements.last?.ordinal else { return [] }
        let held = migration.held.filter { $0.lock.blocksWrites && $0.statement < last }
        guard !held.isEmpty else { return [] }
        let list = held.map { "\($0.name) \($0.lock.name) from statement \($0.statement)" }
        return [console.paint("  held to the end: \(list.joined(separator: ", "))", .faint)]
    }

    private func copy(_ rows: Rehearsal.Rows) -> String {
        switch rows.source {
        case .none: "a copy of its schema, without rows"
        case .sample(let share):
            "a copy with \(rows.rows) rows of \(rows.tables) tables (\(Self.percent(share)) of large ones)"
        case .clone(let path): "a copy made of \(path), about \(rows.rows) rows"
        }
    }

    private static func percent(_ share: Double) -> String {
        let thousandths = (share * 100_000).rounded() / 1000
        return thousandths == thousandths.rounded() ? "\(Int(thousandths)) %" : "\(thousandths) %"
    }

    private func lines(of statement: Rehearsal.Statement) -> [String] {
        let text = statement.text.count > 76 ? "\(statement.text.prefix(75))…" : statement.text
        let cost =
            "\(Self.milliseconds(statement.milliseconds)), \(Self.bytes(statement.walBytes)) WAL"
        return ["  \(statement.ordinal)  \(text)  \(console.paint(cost, .faint))"]
            + statement.relations.map { "     \(line(of: $0, statement.ordinal))" }
            + statement.hazards.map {
                "     \(console.paint("rows decide", .warning)) \($0.rule): \($0.message)"
            }
    }

    private func line(of relation: Rehearsal.Relation, _ ordinal: Int) -> String {
        let lock = relation.lock ?? .accessShare
        let blocked =
            lock.blocksReads
            ? "nobody reads or writes" : lock.blocksWrites ? "nobody writes" : "stops nobody"
        let tone: Console.Tone = lock.blocksReads ? .bad : lock.blocksWrites ? .warning : .good
        var facts = [console.paint(blocked, tone)]
        if relation.isRewritten {
            facts.append("written anew")
        } else if relation.isScanned {
            facts.append("every row read")
        }
        if let size = relation.size {
            let time = relation.estimate.map { ", \(Self.estimate($0))" } ?? ""
            facts.append(size.isEmpty ? "empty there" : "\(Self.bytes(size.bytes)) there\(time)")
        }
        if let since = relation.heldSince, since < ordinal {
            facts.append("locked since statement \(since)")
        }
        return "\(relation.name)  \(lock.name): \(facts.joined(separator: "; "))"
    }

    private func line(of failure: Rehearsal.Failure) -> String {
        let state = failure.sqlState.map { " (\($0))" } ?? ""
        return
            "\(console.paint("fails", .bad)) \(failure.migration), statement \(failure.statement), "
            + "line \(failure.line): \(failure.message)\(state)"
    }

    private func wayBack(_ rehearsal: Rehearsal) -> [String] {
        guard let back = rehearsal.wayBack else { return [] }
        let count = back.statements.count
        let head =
            back.isProven
            ? "\(console.paint("proven", .good)): \(count) statement\(count == 1 ? " restores" : "s restore") the schema of before"
            : console.paint("not proven", .bad)
        return ["", "\(console.paint("way back", .strong))  \(head)"]
            + back.cannotReturn.map { "  \(console.paint("!", .bad)) \($0)" }
            + back.losses.map { "  \(console.paint("lost", .warning)) \($0)" }
    }

    private func summary(_ rehearsal: Rehearsal) -> String {
        let word =
            rehearsal.isClean ? console.paint("succeeded", .good) : console.paint("failed", .bad)
        let longest =
            rehearsal.migrations.compactMap(\.longestWait).max().map {
                "; others wait \(Self.estimate($0)) at most for one migration"
            } ?? ""
        let count = rehearsal.hazardousStatements
        let doubt =
            rehearsal.isClean && count > 0
            ? "; \(count) statement\(count == 1 ? "" : "s") can still fail on the rows there"
            : ""
        let way =
            doubt.isEmpty || rehearsal.rows.source != .none
            ? "" : " (--with-data 1% tries some of them)"
        let note =
            rehearsal.unrecorded.map { console.paint(" Not recorded: \($0).", .faint) } ?? ""
        return "Rehearsal \(word) in \(Self.milliseconds(rehearsal.milliseconds))"
            + "\(longest)\(doubt)\(way).\(note)"
    }

    static func estimate(_ seconds: Double) -> String {
        seconds < 1
            ? "less than 1 s" : "about \(DurationText.describe(.seconds(Int(seconds.rounded()))))"
    }

    static func milliseconds(_ value: Double) -> String {
        value < 1 ? "<1 ms" : DurationText.describe(.milliseconds(Int(value.rounded())))
    }

    static func bytes(_ count: Int) -> String {
        var value = Double(count)
        for unit in ["B", "kB", "MB", "GB"] {
            if value < 1000 { return "\(Int(value.rounded())) \(unit)" }
            value /= 1024
        }
        return "\(Int(value.rounded())) TB"
    }
}
