import Foundation
public import GitStore

extension GitFixture {
    /// The id of a revision.
    ///
    /// Throws ``GitFixtureError`` when there is none.
    public func id(_ revision: String = "HEAD") throws -> ObjectID {
        let hex = try git("rev-parse", "--verify", "\(revision)^{commit}")
        guard let id = ObjectID(hex: hex) else {
            throw GitFixtureError(description: "no object id: \(hex)")
        }
        return id
    }

    /// Writes a file into the work tree.
    ///
    /// Throws what the file system throws.
    public func write(_ contents: [UInt8], to file: String) throws {
        let url = URL(fileURLWithPath: "\(path)/\(file)")
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(contents).write(to: url)
    }

    /// Commits everything in the work tree after writing and removing files.
    ///
    /// Throws ``GitFixtureError`` when git fails.
    @discardableResult
    public func commit(
        _ message: String, files: [String: String] = [:], removing: [String] = [],
        author: String = "Ada"
    ) throws -> ObjectID {
        for (file, contents) in files { try write(Array(contents.utf8), to: file) }
        for file in removing { try git("rm", "-r", "--quiet", file) }
        try git("add", "--all")
        try git(["commit", "--quiet", "--allow-empty", "--message", message], author: author)
        return try id()
    }

    /// Commits one migration under `prisma/migrations`.
    ///
    /// Throws ``GitFixtureError`` when git fails.
    @discardableResult
    public func commitMigration(
        _ name: String, _ script: String, author: String = "Ada"
    ) throws -> ObjectID {
        try commit(
            "add \(name)", files: ["prisma/migrations/\(name)/migration.sql": script],
            author: author)
    }

    /// Checks out a branch, creating it at `start` when given.
    ///
    /// Throws ``GitFixtureError`` when git fails.
    public func checkout(_ branch: String, from start: String? = nil) throws {
        if let start {
            try git("checkout", "--quiet", "-b", branch, start)
        } else {
            try git("checkout", "--quiet", branch)
        }
    }

    /// Merges a branch into the one checked out, with a merge commit.
    ///
    /// Throws ``GitFixtureError`` when git fails, also on conflicts.
    @discardableResult
    public func merge(_ branch: String, author: String = "Mia") throws -> ObjectID {
        try git(
            ["merge", "--quiet", "--no-ff", "--message", "merge \(branch)", branch], author: author)
        return try id()
    }

    /// Squashes a branch into one commit on the branch checked out.
    ///
    /// Throws ``GitFixtureError`` when git fails.
    @discardableResult
    public func squash(_ branch: String, author: String = "Mia") throws -> ObjectID {
        try git("merge", "--quiet", "--squash", branch)
        try git(["commit", "--quiet", "--message", "squash \(branch)"], author: author)
        return try id()
    }

    /// Clones into another folder of the fixture and returns its path. A shallow
    /// clone keeps `depth` commits.
    ///
    /// Throws ``GitFixtureError`` when git fails.
    public func clone(
        to name: String, bare: Bool = false, depth: Int? = nil, branch: String? = nil
    ) throws -> String {
        let target = "\(directory)/\(name)"
        var arguments = ["clone", "--quiet", "--no-local"]
        if bare { arguments.append("--bare") }
        if let depth { arguments += ["--depth", String(depth), "--no-single-branch"] }
        if let branch { arguments += ["--branch", branch] }
        try git(arguments + ["file://\(path)", target], in: directory)
        return target
    }

    /// Feeds a stream to `git fast-import` and returns the objects by their marks.
    ///
    /// Throws ``GitFixtureError`` when git fails.
    @discardableResult
    public func fastImport(_ stream: [UInt8]) throws -> [Int: ObjectID] {
        let file = "\(directory)/stream-\(UUID().uuidString)"
        let marks = "\(file)-marks"
        try Data(stream).write(to: URL(fileURLWithPath: file))
        defer {
            try? FileManager.default.removeItem(atPath: file)
            try? FileManager.default.removeItem(atPath: marks)
        }
        try git(["fast-import", "--quiet", "--force", "--export-marks=\(marks)"], input: file)
        var objects: [Int: ObjectID] = [:]
        for line in try String(contentsOfFile: marks, encoding: .utf8).split(separator: "\n") {
            let parts = line.dropFirst().split(separator: " ")
            guard let mark = parts.first.flatMap({ Int($0) }), let hex = parts.last else {
                continue
            }
            objects[mark] = ObjectID(hex: String(hex))
        }
        return objects
    }
}
