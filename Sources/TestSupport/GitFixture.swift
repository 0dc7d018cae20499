import Foundation

/// A private Git repository for one test, made with the real `git`.
///
/// Hermetic: its own HOME, no system configuration, fixed author and dates that
/// advance by a minute with each commit. Everything is removed when the fixture
/// goes away.
public final class GitFixture {
    /// The folder that holds everything of this fixture.
    public let directory: String
    /// The repository.
    public let path: String
    private var clock = 1_704_067_200

    /// Creates a folder with an empty repository in it.
    ///
    /// Throws ``GitFixtureError`` when git fails.
    public init(bare: Bool = false, branch: String = "main") throws {
        let name = "sluice-git-\(UUID().uuidString.prefix(13))"
        let temporary = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
        directory = temporary.appendingPathComponent(name).path
        path = "\(directory)/repository"
        try FileManager.default.createDirectory(
            atPath: "\(directory)/home", withIntermediateDirectories: true)
        try git(
            ["init", "--quiet", "--initial-branch", branch] + (bare ? ["--bare"] : []) + [path],
            in: directory)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Runs git and returns what it prints, without the last line break.
    ///
    /// Throws ``GitFixtureError`` with git's own words when it fails.
    @discardableResult
    public func git(
        _ arguments: [String], in folder: String? = nil, input: String? = nil,
        author: String = "Ada"
    ) throws -> String {
        clock += 60
        let run = GitRun(
            arguments: arguments, folder: folder ?? path, input: input,
            environment: environment(author: author), scratch: directory)
        return try run.output()
    }

    /// Runs git with arguments that need no list.
    @discardableResult
    public func git(_ arguments: String...) throws -> String {
        try git(arguments)
    }

    private func environment(author: String) -> [String: String] {
        [
            "HOME": "\(directory)/home", "XDG_CONFIG_HOME": "\(directory)/home/.config",
            "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C",
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
            "GIT_AUTHOR_NAME": author, "GIT_AUTHOR_EMAIL": "\(author.lowercased())@example.com",
            "GIT_COMMITTER_NAME": author,
            "GIT_COMMITTER_EMAIL": "\(author.lowercased())@example.com",
            "GIT_AUTHOR_DATE": "\(clock) +0100", "GIT_COMMITTER_DATE": "\(clock) +0100",
        ]
    }
}

/// A git command that failed.
public struct GitFixtureError: Error, CustomStringConvertible {
    /// The command and what it printed on its error output.
    public let description: String
}
