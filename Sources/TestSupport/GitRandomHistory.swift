/// A small random history of migration folders, with what is true about it.
///
/// Commits have up to three parents, folders are added, edited, renamed and
/// removed, and merges sometimes change something of their own.
public struct GitRandomHistory {
    /// One commit as it was made up.
    public struct Commit: Sendable {
        /// The mark in the stream, and so the key of the commit's id.
        public let mark: Int
        /// Indices of the parents in ``GitRandomHistory/commits``.
        public let parents: [Int]
        /// The scripts by folder, as numbers: equal numbers are equal scripts.
        public let folders: [String: Int]
    }

    /// Every commit; parents come before their children.
    public private(set) var commits: [Commit] = []
    /// The input for `git fast-import`; `main` is the last commit.
    public private(set) var stream = GitFastImportStream()
    private var generator: SeededGenerator
    private var blobs: [Int: Int] = [:]
    private var nextScript = 0

    /// Makes up a history; the same seed gives the same one.
    public init(seed: UInt64, commits count: Int = 30) {
        generator = SeededGenerator(state: seed)
        for _ in 0..<count { grow() }
    }

    private mutating func grow() {
        let parents = pickParents()
        var folders = parents.first.map { commits[$0].folders } ?? [:]
        for parent in parents.dropFirst() {
            // What the other side has and this one does not, and some of its edits.
            for (name, script) in commits[parent].folders
            where folders[name] == nil || Int.random(in: 0..<3, using: &generator) == 0 {
                folders[name] = script
            }
        }
        let changes = parents.count > 1 ? Int.random(in: 0..<5, using: &generator) / 4 : 1
        for _ in 0..<changes { change(&folders) }
        add(parents, folders)
    }

    private mutating func pickParents() -> [Int] {
        guard let last = commits.indices.last else { return [] }
        let count = [1, 1, 1, 2, 2, 3].randomElement(using: &generator) ?? 1
        var parents: [Int] = []
        for _ in 0..<count {
            let back = Int.random(in: 0..<6, using: &generator)
            let parent = max(0, last - back)
            if !parents.contains(parent) { parents.append(parent) }
        }
        return parents
    }

    private mutating func change(_ folders: inout [String: Int]) {
        let names = folders.keys.sorted()
        let name = names.randomElement(using: &generator)
        switch Int.random(in: 0..<10, using: &generator) {
        case 0..<5:
            let number = Int.random(in: 0..<12, using: &generator)
            folders["m\(number)"] = newScript()
        case 5..<7:
            if let name { folders[name] = Int.random(in: 0...nextScript, using: &generator) }
        case 7:
            if let name { folders[name] = nil }
        case 8:
            if let name, let script = folders.removeValue(forKey: name) {
                folders["renamed_\(name)"] = script
            }
        default:
            break
        }
    }

    private mutating func newScript() -> Int {
        nextScript += 1
        return nextScript
    }

    private mutating func add(_ parents: [Int], _ folders: [String: Int]) {
        let before = parents.first.map { commits[$0].folders } ?? [:]
        var changes: [GitFastImportStream.Change] = []
        for name in before.keys.sorted() where folders[name] == nil {
            changes.append(("prisma/migrations/\(name)/migration.sql", nil))
        }
        for (name, script) in folders.sorted(by: { $0.key < $1.key }) {
            changes.append(("prisma/migrations/\(name)/migration.sql", blob(script)))
        }
        let mark = stream.commit(
            to: "main", parents: parents.map { commits[$0].mark },
            message: "commit \(commits.count)\n", changes: changes)
        commits.append(Commit(mark: mark, parents: parents, folders: folders))
    }

    private mutating func blob(_ script: Int) -> Int {
        if let known = blobs[script] { return known }
        let mark = stream.blob(Array("select \(script);\n".utf8))
        blobs[script] = mark
        return mark
    }
}

/// Numbers that only depend on the seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
