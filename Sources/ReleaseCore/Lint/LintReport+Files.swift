import GitStore
import Glibc

extension LintReport {
    /// Whether there is a file or folder of that path.
    public static func isOnDisk(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Lints files and folders as they lie on disk, committed or not.
    ///
    /// A path is a script, the folder of a migration, or a folder of migrations. The other
    /// migrations beside one tell what was there before it.
    ///
    /// - Parameter paths: files and folders that are there.
    /// - Returns: the findings, by migration.
    /// - Throws: ``ReleaseError`` for what cannot be read.
    public static func files(_ paths: [String]) throws -> LintReport {
        var groups: [(folder: String, wanted: Set<String>)] = []
        var entries: [Entry] = []
        func want(_ names: [String], in folder: String) {
            if let index = groups.firstIndex(where: { $0.folder == folder }) {
                groups[index].wanted.formUnion(names)
            } else {
                groups.append((folder, Set(names)))
            }
        }
        for path in paths.map(trimmed) {
            if let migration = migration(path) {
                want([migration.name], in: migration.folder)
            } else if isFolder(path) {
                let names = migrations(in: path)
                guard !names.isEmpty else {
                    throw ReleaseError(
                        .usage, "there is no migration in \(path): no folder NAME/migration.sql.")
                }
                want(names, in: path)
            } else {
                let script = LintScript(name: path, path: path, bytes: try read(path))
                entries += LintReport([script], wanted: [path], together: false).entries
            }
        }
        for group in groups {
            let scripts = try migrations(in: group.folder).map { name in
                let path = group.folder == "." ? "" : "\(group.folder)/"
                let file = "\(path)\(name)/migration.sql"
                return LintScript(name: name, path: file, bytes: try read(file))
            }
            entries += LintReport(scripts, wanted: group.wanted, together: false).entries
        }
        return LintReport(entries: entries)
    }

    private init(entries: [Entry]) { self.entries = entries }

    /// The folder and the name of a migration, where the path is one.
    private static func migration(_ path: String) -> (folder: String, name: String)? {
        let folder: Substring
        if path.hasSuffix("/migration.sql") {
            folder = path.dropLast("/migration.sql".count)
        } else if path != "migration.sql", isFolder(path), isOnDisk("\(path)/migration.sql") {
            folder = path[...]
        } else {
            return nil
        }
        guard let slash = folder.lastIndex(of: "/") else { return (".", String(folder)) }
        let parent = folder[..<slash]
        return (
            parent.isEmpty ? "/" : String(parent), String(folder[folder.index(after: slash)...])
        )
    }

    /// The names of the migrations in a folder, in the order of application.
    private static func migrations(in folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix("."), isOnDisk("\(folder)/\(name)/migration.sql") {
                names.append(name)
            }
        }
        return MigrationOrder.sorted(names)
    }

    private static func trimmed(_ path: String) -> String {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func read(_ path: String) throws -> [UInt8] {
        guard let bytes = Workspace.contents(of: path) else {
            throw ReleaseError(
                .usage, "\(path) cannot be read: \(String(cString: strerror(errno))).")
        }
        return bytes
    }
}
