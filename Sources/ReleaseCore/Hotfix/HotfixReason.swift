import SchemaCatalog

/// Says why a hotfix was made when nobody did: by what its migrations had done.
struct HotfixReason {
    private let changes: [SchemaChange]

    init(_ changes: [SchemaChange]) {
        self.changes = changes
    }

    /// `2_harm removed column public.jobs.budget and changed 2 more objects.`
    func text(_ migrations: [String]) -> String {
        let subject = migrations.count == 1 ? migrations[0] : "\(migrations.count) migrations"
        let ranked =
            changes.filter { $0.kind == .removed } + changes.filter { $0.kind == .changed }
            + changes.filter { $0.kind == .added }
        guard let first = ranked.first else { return "\(subject) is undone." }
        let verbs: [SchemaChange.Kind: String] = [
            .removed: "removed", .changed: "changed", .added: "added",
        ]
        let more = ranked.count - 1
        let rest = more == 0 ? "" : " and changed \(more) more object\(more == 1 ? "" : "s")"
        return "\(subject) \(verbs[first.kind] ?? "changed") \(first.object)\(rest)."
    }
}
