import Foundation

/// Builds a large repository from a folder of real migrations.
///
/// `staging` has about `commits` commits on its first-parent line: ordinary work
/// on other files, migrations committed directly, and feature branches of two
/// commits that are merged. `main` gets a release merge from `staging` now and
/// then, and lacks the last migrations.
public struct CorpusRepository {
    /// The folder of migrations to build from.
    public let corpus: String
    /// How many commits `staging` has on its first-parent line, at least.
    public let commits: Int
    /// Every how many migrations one comes by a merged feature branch.
    public let mergeEvery: Int
    /// How many migrations `main` is behind `staging`.
    public let mainLag: Int
    /// The migrations path in the repository.
    public let path: String

    /// What to build; nothing is done yet.
    public init(
        corpus: String, commits: Int = 5000, mergeEvery: Int = 2, mainLag: Int = 5,
        path: String = "prisma/migrations"
    ) {
        self.corpus = corpus
        self.commits = commits
        self.mergeEvery = mergeEvery
        self.mainLag = mainLag
        self.path = path
    }

    /// The corpus beside the package's folder; `nil` where it is absent, which a
    /// test should show as skipped.
    public static func sharedCorpus(file: String = #filePath) -> String? {
        let package = URL(fileURLWithPath: file).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let corpus = package.deletingLastPathComponent()
            .appendingPathComponent("shared/corpus/trigger.dev").path
        return FileManager.default.fileExists(atPath: corpus) ? corpus : nil
    }

    /// Writes the history into a fixture's repository, which should be new, and
    /// returns the repository's path. Nothing is checked out.
    ///
    /// Throws ``GitFixtureError``, or what the file system throws.
    @discardableResult
    public func build(in fixture: GitFixture) throws -> String {
        try fixture.fastImport(stream())
        try fixture.git("symbolic-ref", "HEAD", "refs/heads/staging")
        return fixture.path
    }

    /// The names of the migrations, in byte order.
    ///
    /// Throws what the file system throws.
    public func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: corpus)
            .filter { FileManager.default.fileExists(atPath: "\(corpus)/\($0)/migration.sql") }
            .sorted()
    }

    /// The history as a stream for `git fast-import`.
    ///
    /// Throws what the file system throws.
    public func stream() throws -> [UInt8] {
        let names = try names()
        var history = CorpusHistory(path: path, mergeEvery: mergeEvery)
        history.start(lockFile: try bytes("migration_lock.toml"))
        let fillers = max(1, (commits - names.count) / max(1, names.count))
        for (index, name) in names.enumerated() {
            for _ in 0..<fillers { history.work() }
            history.add(name, script: try bytes("\(name)/migration.sql"), number: index)
            let rest = names.count - index - 1
            if rest == mainLag || (rest > mainLag && index.isMultiple(of: 25)) { history.release() }
        }
        return history.finished()
    }

    private func bytes(_ file: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: "\(corpus)/\(file)")))
    }
}

/// The history that a ``CorpusRepository`` tells, as it grows.
struct CorpusHistory {
    private let path: String
    private let mergeEvery: Int
    private var stream = GitFastImportStream()
    private var staging = 0
    private var main = 0
    private var counter = 0
    /// What `staging` has changed since the last release, by path.
    private var unreleased: [String: Int] = [:]
    private let authors = ["Ada", "Ben", "Cleo", "Dan", "Eve"]

    init(path: String, mergeEvery: Int) {
        self.path = path
        self.mergeEvery = mergeEvery
    }

    /// A first commit with the files of an ordinary monorepo.
    mutating func start(lockFile: [UInt8]) {
        var changes: [GitFastImportStream.Change] = (0..<400).map { number in
            (Self.sourceFile(number), stream.blob(Array("export const n = \(number)\n".utf8)))
        }
        for name in ["README.md", "package.json", "pnpm-lock.yaml", "turbo.json", "LICENSE"] {
            changes.append((name, stream.blob(Array("\(name)\n".utf8))))
        }
        changes.append(("\(path)/migration_lock.toml", stream.blob(lockFile)))
        main = stream.commit(
            to: "main", parents: [], message: "initial commit\n", changes: changes)
        staging = main
    }

    /// A commit that has nothing to do with migrations.
    mutating func work() {
        counter += 1
        let blob = stream.blob(Array("export const n = \(counter) // changed\n".utf8))
        let file = Self.sourceFile(counter * 7 % 400)
        unreleased[file] = blob
        staging = stream.commit(
            to: "staging", parents: [staging], message: "work \(counter)\n", author: author,
            changes: [(file, blob)])
    }

    mutating func add(_ name: String, script: [UInt8], number: Int) {
        counter += 1
        let blob = stream.blob(script)
        let change: GitFastImportStream.Change = ("\(path)/\(name)/migration.sql", blob)
        unreleased[change.path] = blob
        guard number.isMultiple(of: mergeEvery) else {
            staging = stream.commit(
                to: "staging", parents: [staging], message: "add \(name)\n", author: author,
                changes: [change])
            return
        }
        let work = stream.blob(Array("export const n = \(counter) // feature\n".utf8))
        let file = Self.sourceFile(number % 400)
        unreleased[file] = work
        let added = stream.commit(
            to: "topic", parents: [staging], message: "add \(name)\n", author: author,
            changes: [change])
        let used = stream.commit(
            to: "topic", parents: [added], message: "use \(name)\n", author: author,
            changes: [(file, work)])
        staging = stream.commit(
            to: "staging", parents: [staging, used], message: "Merge topic \(number)\n",
            author: "Mia", changes: [change, (file, work)])
    }

    /// Brings everything from `staging` to `main` with a merge commit, whose tree
    /// is that of `staging`.
    mutating func release() {
        main = stream.commit(
            to: "main", parents: [main, staging], message: "Release\n", author: "Mia",
            changes: unreleased.map { ($0.key, $0.value) })
        unreleased = [:]
    }

    /// The whole stream.
    mutating func finished() -> [UInt8] {
        stream.reset("topic", to: nil)
        return stream.bytes
    }

    private var author: String { authors[counter % authors.count] }

    private static func sourceFile(_ number: Int) -> String {
        let areas = ["apps/webapp/app", "apps/worker/src", "packages/core/src", "packages/cli/src"]
        let area = areas[number % areas.count]
        return "\(area)/area\(number / 4 % 20)/module\(number / 80)/file\(number).ts"
    }
}
