import GitStore
import SQLAnalysis
import Yams

extension Workspace {
    /// The folder beside a migration's script whose `*.sql` files are checks.
    static let smokeFolder = "smoke"

    /// The checks of an environment: the configured ones, and those that came
    /// with a migration that is applied, from then on.
    ///
    /// - Throws: `GitError`, and ``ConfigurationError`` for a file that cannot be read.
    func smokeChecks(_ release: Release, applied: Set<String>) throws -> [SmokeCheck] {
        let files = try companionFiles(release).filter { applied.contains($0.folder) }
        return try release.environment.smoke + files.flatMap(MigrationChecks.read)
    }

    /// Whether any migration that the commit offers brings checks along.
    ///
    /// - Throws: `GitError`.
    func hasMigrationChecks(_ release: Release) throws -> Bool {
        try !companionFiles(release).isEmpty
    }

    private func companionFiles(_ release: Release) throws -> [CompanionFile] {
        let files: [CompanionFile]
        if let repository, let commit = release.commit {
            files = try repository.companionFiles(
                in: Self.smokeFolder, of: release.configuration.migrationsPath, at: commit)
        } else if let directory = options.migrationsDirectory {
            files = try MigrationDirectory(path: directory).companionFiles(in: Self.smokeFolder)
        } else {
            files = []
        }
        return files.filter { $0.name.hasSuffix(".sql") }
    }
}

/// Reads the checks in a file `smoke/NAME.sql`: every statement must return
/// true, unless a comment above it, `-- smoke: { expect: { rows: 1-10 } }`, says
/// something else.
enum MigrationChecks {
    private static let mark = "smoke:"

    /// - Throws: ``ConfigurationError`` with every mistake of the file.
    static func read(_ file: CompanionFile) throws -> [SmokeCheck] {
        let path = "\(file.folder)/\(Workspace.smokeFolder)/\(file.name)"
        guard let text = String(validating: file.contents, as: UTF8.self) else {
            throw ConfigurationError(
                file: path, mistakes: [.init(line: 0, message: "it is not UTF-8 text.")])
        }
        var reader = NodeReader()
        let parts = parts(of: text)
        let name = "\(file.folder)/\(file.name.dropLast(".sql".count))"
        let checks = parts.enumerated().map { index, part in
            let numbered = parts.count == 1 ? name : "\(name) \(index + 1)"
            return SmokeCheck.read(
                sql: part.sql, name: numbered, options: options(part, &reader), &reader)
        }
        guard reader.mistakes.isEmpty else {
            throw ConfigurationError(file: path, mistakes: reader.mistakes)
        }
        return checks
    }

    /// A statement with the comments above it.
    private struct Part {
        var sql: String
        var comments: [(line: Int, text: String)]
    }

    /// What the parser cannot read is left to the server as it is.
    private static func parts(of text: String) -> [Part] {
        guard let script = try? Script(text), !script.statements.isEmpty else {
            let sql = text.trimmed
            return sql.isEmpty ? [] : [Part(sql: sql, comments: comments(in: text, from: 1))]
        }
        var parts: [Part] = []
        var end = 0
        for statement in script.statements {
            let above = String(
                decoding: Array(text.utf8)[end..<statement.range.lowerBound], as: UTF8.self)
            let line = statement.line - above.count(where: \.isNewline)
            parts.append(
                Part(sql: String(statement.text), comments: comments(in: above, from: line)))
            end = statement.range.upperBound
        }
        return parts
    }

    private static func comments(in text: String, from first: Int) -> [(line: Int, text: String)] {
        text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
            .compactMap { offset, line in
                let words = line.drop { $0.isWhitespace }
                guard words.hasPrefix("--") else { return nil }
                let comment = words.drop { $0 == "-" }.drop { $0.isWhitespace }
                guard comment.hasPrefix(mark) else { return nil }
                return (first + offset, String(comment.dropFirst(mark.count)))
            }
    }

    private static func options(_ part: Part, _ reader: inout NodeReader) -> Node? {
        guard let comment = part.comments.last else { return nil }
        // Empty lines in front give the node its line in the file.
        let lines = String(repeating: "\n", count: comment.line - 1)
        guard let node = try? Yams.compose(yaml: lines + comment.text) else {
            reader.complain(at: comment.line, "the smoke comment is not YAML.")
            return nil
        }
        return node
    }
}

extension String {
    /// Without blanks at both ends.
    fileprivate var trimmed: String {
        var rest = drop { $0.isWhitespace }
        while let last = rest.last, last.isWhitespace || last == ";" { rest.removeLast() }
        return String(rest)
    }
}
