import CGit2

/// The index of a repository: the files of the next commit.
///
/// Not `Sendable`, as ``GitRepository`` is not.
public final class GitIndex {
    let handle: GitHandle

    /// Opens the repository's own index, or the one at `path`: during a commit of
    /// single files Git names a temporary one in `GIT_INDEX_FILE`.
    ///
    /// Throws ``GitError`` when it cannot be read.
    public init(of repository: GitRepository, at path: String? = nil) throws {
        let source = repository.pointer
        if let path {
            handle = try GitHandle("git_index_open", release: git_index_free) {
                git_index_open($0, path)
            }
        } else {
            handle = try GitHandle("git_repository_index", release: git_index_free) {
                git_repository_index($0, source)
            }
            // Another program may have written it since it was first read.
            try check(git_index_read(handle.pointer, 0), "git_index_read")
        }
    }

    /// The blob of a file; `nil` when it is not there or in conflict.
    public func blob(at path: String) -> ObjectID? {
        git_index_get_bypath(handle.pointer, path, 0).map { ObjectID($0.pointee.id) }
    }

    /// The blobs of `migration.sql`, by the name of their folder.
    ///
    /// Throws ``GitError`` when the path leads out of the repository.
    public func scripts(in path: String) throws -> [String: ObjectID] {
        let suffix = "/" + FolderInspection.scriptName
        var scripts: [String: ObjectID] = [:]
        try forEachEntry(below: path) { name, entry in
            guard name.hasSuffix(suffix), entry.mode & 0o170000 == 0o100000 else { return }
            let folder = String(name.dropLast(suffix.count))
            if !folder.contains("/") { scripts[folder] = ObjectID(entry.id) }
        }
        return scripts
    }

    /// Calls `body` with the path of each entry behind `folder/`; entries in
    /// conflict are left out.
    func forEachEntry(
        below folder: String, _ body: (String, git_index_entry) throws -> Void
    ) throws {
        let components = try RepositoryPath(folder).components
        let prefix = components.isEmpty ? "" : components.joined(separator: "/") + "/"
        var position = 0
        guard git_index_find_prefix(&position, handle.pointer, prefix) == 0 else { return }
        while position < git_index_entrycount(handle.pointer),
            let entry = git_index_get_byindex(handle.pointer, position)
        {
            let name = String(cString: entry.pointee.path)
            guard name.hasPrefix(prefix) else { return }
            if git_index_entry_is_conflict(entry) == 0 {
                try body(String(name.dropFirst(prefix.count)), entry.pointee)
            }
            position += 1
        }
    }
}
