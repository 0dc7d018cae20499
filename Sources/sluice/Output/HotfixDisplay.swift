import GitStore
import ReleaseCore

/// A hotfix as people read it.
struct HotfixDisplay {
    let console: Console

    func lines(_ hotfix: Hotfix) -> [String] {
        var lines = [title(hotfix)]
        lines += hotfix.sql.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map
        {
            "    " + console.paint(String($0), .faint)
        }
        lines += verdict(hotfix) + datamodel(hotfix) + checks(hotfix)
        lines += hotfix.notes.map { "note:  \($0)" }
        return lines + next(hotfix)
    }

    private func title(_ hotfix: Hotfix) -> String {
        if !hotfix.written.isEmpty {
            return "written to the work tree: "
                + console.paint(hotfix.written.joined(separator: ", "), .strong)
        }
        let place = "\(console.paint(hotfix.branch, .strong)) @ \(hotfix.commit.short)"
        return hotfix.existed ? "\(place) is there already; nothing was made." : place
    }

    private func verdict(_ hotfix: Hotfix) -> [String] {
        guard !hotfix.proven else {
            return ["\(console.paint("proven", .good)): \(hotfix.proof)"]
        }
        return ["\(console.paint("not proven", .bad)): \(hotfix.proof)"]
            + hotfix.cannotReturn.map { "  \($0)" }
    }

    private func datamodel(_ hotfix: Hotfix) -> [String] {
        hotfix.schemaFiles.map { path in
            hotfix.schemaConflicts.contains(path)
                ? "\(console.paint("conflict", .bad)): \(path) has marks to resolve (<<<<<<<)"
                : "merged: \(path) without what the migration's commit changed"
        }
    }

    private func checks(_ hotfix: Hotfix) -> [String] {
        hotfix.removedChecks.isEmpty
            ? []
            : [
                "removed: \(hotfix.removedChecks.joined(separator: ", ")), whose checks ask for what goes"
            ]
    }

    private func next(_ hotfix: Hotfix) -> [String] {
        var lines = HotfixSteps(hotfix: hotfix).lines
        if !hotfix.losses.isEmpty {
            lines.append(
                "note:  do not bring both the migration and its hotfix to a database that still has the data: together they delete it."
            )
        }
        return lines
    }
}

extension HotfixDocument {
    init(_ hotfix: ReleaseCore.Hotfix) {
        self.hotfix = Hotfix(
            branch: hotfix.branch, migration: hotfix.migration, commit: hotfix.commit.hex,
            proven: hotfix.proven, cannotReturn: hotfix.cannotReturn, proof: hotfix.proof,
            existed: hotfix.existed, losses: hotfix.losses, undoneAlready: hotfix.settled,
            schemaFiles: hotfix.schemaFiles, schemaConflicts: hotfix.schemaConflicts,
            removedChecks: hotfix.removedChecks, written: hotfix.written, notes: hotfix.notes)
    }
}
