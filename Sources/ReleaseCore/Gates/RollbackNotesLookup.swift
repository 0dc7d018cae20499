import GitStore

/// Finds the ways back that exist for destructive migrations.
struct RollbackNotesLookup {
    let workspace: Workspace
    let release: Release

    /// - Throws: `GitError`.
    func notes(for names: [String]) throws -> [String: RollbackNotesGate.Notes] {
        var notes: [String: RollbackNotesGate.Notes] = [:]
        for name in names {
            if try hasFile(name) {
                notes[name] = .file
            } else if let hotfix = try hotfixHere(for: name) ?? hotfixElsewhere(for: name) {
                notes[name] = .hotfix(hotfix)
            } else if let undone = try undone(by: name) {
                notes[name] = .isHotfix(of: undone)
            }
        }
        return notes
    }

    /// Notes without a word under their headings are none.
    private func hasFile(_ name: String) throws -> Bool {
        let path = "\(name)/\(RollbackNotesGate.fileName)"
        let bytes: [UInt8]?
        if let repository = workspace.repository, let commit = release.commit {
            bytes = try repository.file(
                "\(release.configuration.migrationsPath)/\(path)", at: commit)
        } else {
            bytes = Workspace.contents(
                of: "\(workspace.options.migrationsDirectory ?? ".")/\(path)")
        }
        return Self.saysSomething(String(decoding: bytes ?? [], as: UTF8.self))
    }

    /// Whether Markdown has a line that is no heading, rule or comment.
    static func saysSomething(_ markdown: String) -> Bool {
        var visible = markdown
        while let start = visible.firstRange(of: "<!--") {
            let end = visible[start.upperBound...].firstRange(of: "-->")?.upperBound
            visible.removeSubrange(start.lowerBound..<(end ?? visible.endIndex))
        }
        let lines = visible.split(whereSeparator: \.isNewline).map { line in
            String(line.drop(while: \.isWhitespace))
        }.filter { !$0.isEmpty }
        return lines.indices.contains { index in
            let line = lines[index]
            let isUnderlined =
                index + 1 < lines.count
                && lines[index + 1].allSatisfy { "=-".contains($0) || $0.isWhitespace }
            return !line.hasPrefix("#") && !isUnderlined && line.contains(where: \.isLetter)
        }
    }

    private func undone(by name: String) throws -> String? {
        guard Self.isHotfix(name) else { return nil }
        return HotfixText.undone(by: try workspace.scripts(of: [name], in: release)[name] ?? [])
    }

    /// How the folders of hotfixes are called.
    private static func isHotfix(_ folder: String) -> Bool { folder.contains("_hotfix_") }

    private func hotfixHere(for name: String) throws -> String? {
        let candidates = release.offered.migrations.map(\.name).filter(Self.isHotfix)
        let scripts = try workspace.scripts(of: candidates, in: release)
        return candidates.first { HotfixText.undoesProvenly(name, scripts[$0] ?? []) }
    }

    /// On a branch of its own that is not merged yet.
    private func hotfixElsewhere(for name: String) throws -> String? {
        guard let repository = workspace.repository else { return nil }
        for branch in try repository.branches() where branch.name.contains("hotfix/") {
            let listing = try repository.migrations(
                in: release.configuration.migrationsPath, at: branch.commit)
            for folder in listing.folders where Self.isHotfix(folder.name) {
                if HotfixText.undoesProvenly(name, try repository.script(folder.blob)) {
                    return branch.name
                }
            }
        }
        return nil
    }
}
