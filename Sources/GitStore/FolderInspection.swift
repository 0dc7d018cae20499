/// Reads the migrations folder as it is at one moment, without its past.
struct FolderInspection {
    static let scriptName = "migration.sql"
    /// PostgreSQL's column and most file systems end there.
    private static let longestName = 255

    /// A script and what its bytes tell.
    struct Script {
        let name: String
        let blob: ObjectID
        let size: Int
        let digests: ScriptDigests
        let problems: [ListingProblem]
    }

    /// In the order of ``MigrationOrder``.
    private(set) var scripts: [Script] = []
    private(set) var problems: [ListingProblem] = []
    private(set) var lockFile: [UInt8]?

    private let source: any FolderSource
    /// A script that was inspected before needs not be read again.
    private let known: (_ folder: String, _ blob: ObjectID) -> Script?

    /// Reads everything; what is wrong becomes ``problems``.
    init(
        _ source: any FolderSource,
        known: @escaping (_ folder: String, _ blob: ObjectID) -> Script? = { _, _ in nil }
    ) throws(GitError) {
        self.source = source
        self.known = known
        let entries = MigrationOrder.sorted(try source.entries(), by: \.name)
        for entry in entries {
            switch entry.kind {
            case .folder: try inspectFolder(entry)
            case .file: try inspectFile(entry)
            case .link: try inspectLink(entry)
            case .submodule: report(.submodule, entry, "is a submodule where a folder is expected.")
            }
        }
        reportCollisions(entries.filter { $0.kind == .folder }.map(\.name))
    }

    private mutating func inspectFolder(_ folder: SourceEntry) throws(GitError) {
        inspectName(folder)
        let children = try source.entries(in: folder)
        guard let script = children.first(where: { $0.name == Self.scriptName }) else {
            if isProgram(children) {
                report(
                    .prisma8Package, folder,
                    "has no \(Self.scriptName) but a program, as packages of Prisma 8 and data "
                        + "migrations of an application's own have. Neither Prisma 2 to 7 (P3015) "
                        + "nor sluice runs it; keep such folders outside the migrations folder.")
            } else if try isPrisma8(children) {
                report(
                    .prisma8Package, folder,
                    "is a package of Prisma 8, which keeps another kind of history; "
                        + "only migrations of Prisma 2 to 7 can be deployed.")
            } else {
                report(.missingScript, folder, "has no \(Self.scriptName).")
            }
            return
        }
        guard script.kind == .file else {
            report(
                .scriptNotAFile, folder,
                "has a \(script.kind.words) named \(Self.scriptName) instead of a file.")
            return
        }
        try inspectScript(script, of: folder)
    }

    private mutating func inspectScript(
        _ file: SourceEntry, of folder: SourceEntry
    ) throws(GitError) {
        let script: Script
        if let id = file.id, let known = known(folder.name, id) {
            script = known
        } else {
            do throws(GitError) {
                script = try read(file, of: folder)
            } catch {
                guard error.isUnreadableFile else { throw error }
                report(.unreadable, folder, "has no readable script: \(error.message)")
                return
            }
        }
        scripts.append(script)
        problems += script.problems
    }

    private func read(_ file: SourceEntry, of folder: SourceEntry) throws(GitError) -> Script {
        let bytes = try source.contents(of: file)
        var blob = file.id
        if blob == nil { blob = try ObjectID(ofBlob: bytes) }
        guard let blob else { throw GitError.noResult("git_odb_hash") }
        return Script(
            name: folder.name, blob: blob, size: bytes.count, digests: ScriptDigests.of(bytes),
            problems: ScriptInspection.problems(in: bytes, folder: folder.name))
    }

    private mutating func inspectName(_ folder: SourceEntry) {
        if folder.nameBytes.count > Self.longestName {
            report(
                .nameTooLong, folder,
                "has a name of \(folder.nameBytes.count) bytes; histories hold at most 255.")
        }
        if !folder.nameIsUTF8 { report(.nameNotUTF8, folder, "has a name that is not UTF-8.") }
    }

    private mutating func inspectFile(_ file: SourceEntry) throws(GitError) {
        guard file.name == MigrationLock.fileName else { return }
        let bytes: [UInt8]
        do throws(GitError) {
            bytes = try source.contents(of: file)
        } catch {
            guard error.isUnreadableFile else { throw error }
            // Prisma checks nothing when it cannot read the file.
            return
        }
        lockFile = bytes
        if let problem = MigrationLock.problem(in: bytes) { problems.append(problem) }
    }

    private mutating func inspectLink(_ link: SourceEntry) throws(GitError) {
        guard try !source.leadsToFile(link) else { return }
        report(
            .symbolicLink, link,
            "is a symbolic link where a folder is expected; Prisma skips it, so its migration "
                + "would never run.")
    }

    /// A lone `migration.ts` may be a package that was not built, or anybody's.
    private func isProgram(_ children: [SourceEntry]) -> Bool {
        let names = Set(children.filter { $0.kind == .file }.map(\.name))
        return !names.isDisjoint(with: ["migration.ts", "migration.js"])
            && names.isDisjoint(with: ["ops.json", "migration.json"])
    }

    /// Prisma 8 keeps its packages one level deeper in some set-ups.
    private func isPrisma8(_ children: [SourceEntry]) throws(GitError) -> Bool {
        let marks: Set = ["migration.ts", "ops.json", "migration.json"]
        if children.contains(where: { $0.kind == .file && marks.contains($0.name) }) { return true }
        for child in children where child.kind == .folder {
            let grandchildren = try source.entries(in: child)
            if grandchildren.contains(where: { $0.kind == .file && marks.contains($0.name) }) {
                return true
            }
        }
        return false
    }

    /// macOS and Windows would put both into one folder.
    private mutating func reportCollisions(_ names: [String]) {
        var seen: [String: String] = [:]
        for name in names {
            guard let other = seen.updateValue(name, forKey: name.lowercased()) else { continue }
            problems.append(
                ListingProblem(
                    kind: .namesCollide, folder: name,
                    detail: "The folders \(other) and \(name) differ in case or accent encoding "
                        + "only and become one on macOS and Windows."))
        }
    }

    private mutating func report(_ kind: ListingProblem.Kind, _ entry: SourceEntry, _ text: String)
    {
        problems.append(
            ListingProblem(kind: kind, folder: entry.name, detail: "\(entry.name) \(text)"))
    }
}
