/// Says in a few words how a changed object differs.
struct ChangeDetail {
    let from: SchemaSnapshot
    let to: SchemaSnapshot

    /// `text not null, was varchar(20)`; empty where the name has to do.
    func text(_ change: SchemaChange) -> String {
        guard change.kind == .changed else { return "" }
        switch change.aspect {
        case .comment: return ""
        case .grants: return ""
        case .definition: break
        }
        let id = change.object
        switch (from.objects[id], to.objects[id]) {
        case (.column(let old), .column(let new)): return columns(old, new)
        case (.columnDefault(let old), .columnDefault(let new)): return was(new, old)
        case (.constraint(let old), .constraint(let new)):
            return old.text == new.text
                ? was(Self.state(new.enforcement ?? "O"), Self.state(old.enforcement ?? "O"))
                : was(new.text, old.text)
        case (.index(let old), .index(let new)):
            return was(Self.words(new), Self.words(old))
        case (.enumeration(let old), .enumeration(let new)): return labels(old.labels, new.labels)
        case (.trigger(let old), .trigger(let new)):
            return old.statement == new.statement
                ? was(Self.state(new.enabled), Self.state(old.enabled)) : "its definition"
        case (.routine, .routine): return "its definition"
        case (.view, .view): return "its query"
        case (.extension(let old), .extension(let new)): return was(new.version, old.version)
        default: return ""
        }
    }

    private func was(_ new: String, _ old: String) -> String {
        let words = "\(Self.short(new)), was \(Self.short(old))"
        return new == old ? "" : words
    }

    private static func short(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        return line.count > 60 ? line.prefix(57) + "..." : line
    }

    private static func words(_ index: IndexDefinition) -> String {
        (index.isUnique ? "unique " : "") + index.text + (index.isValid ? "" : " (invalid)")
    }

    private static func state(_ enabled: String) -> String {
        ["D": "disabled", "R": "enabled in replicas", "A": "always enabled"][enabled] ?? "enabled"
    }

    private func columns(_ old: ColumnDefinition, _ new: ColumnDefinition) -> String {
        let (before, after) = (Self.words(old), Self.words(new))
        return before == after ? "its settings" : was(after, before)
    }

    private static func words(_ column: ColumnDefinition) -> String {
        var text = column.type.text
        if let collation = column.collation { text += " collate \(collation)" }
        if column.isNotNull { text += " not null" }
        if let generated = column.generated { text += " generated as (\(generated))" }
        if let identity = column.identity {
            text += identity.always ? " identity" : " identity by default"
        }
        return text
    }

    private func labels(_ old: [String], _ new: [String]) -> String {
        let added = new.filter { !old.contains($0) }.map { "+\($0)" }
        let removed = old.filter { !new.contains($0) }.map { "-\($0)" }
        let words = (added + removed).joined(separator: " ")
        return words.isEmpty ? "the order of its labels" : Self.short(words)
    }
}

extension SchemaDifference {
    /// ``summary`` with what differs about each changed object:
    /// `[~] column public.jobs.title: text, was character varying(20)`.
    public var details: [String] {
        let detail = ChangeDetail(from: from, to: to)
        return essentials.map { change in
            let text = detail.text(change)
            return text.isEmpty ? change.line : "\(change.line): \(text)"
        }
    }
}
