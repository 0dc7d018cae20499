import CGit2
import Glibc

extension GitRepository {
    /// Renames a folder in the work tree and in the index, as `git mv` does; what
    /// is staged stays staged.
    ///
    /// - Returns: whether the index had anything of it.
    /// - Throws: ``GitError``: `.exists` when the new name is taken, `.notFound`
    ///   when there is no such folder; then nothing was changed.
    @discardableResult
    public func moveFolder(_ old: String, to new: String) throws -> Bool {
        guard let workTree else {
            throw GitError(
                code: .notFound, call: "rename",
                message: "A bare repository has no work tree to rename a folder in.")
        }
        let (from, to) = ("\(workTree)/\(old)", "\(workTree)/\(new)")
        var status = stat()
        guard lstat(to, &status) != 0 else {
            throw GitError(
                code: .exists, call: "rename", message: "There is something at \(new) already.")
        }
        let index = try GitIndex(of: self)
        let count = try index.renameEntries(below: old, to: new)
        guard rename(from, to) == 0 else {
            throw GitError(
                code: errno == ENOENT ? .notFound : .generic, call: "rename",
                message: "\(old) cannot be renamed: \(String(cString: strerror(errno))).")
        }
        guard count > 0 else { return false }
        do throws(GitError) {
            try check(git_index_write(index.handle.pointer), "git_index_write")
        } catch {
            rename(to, from)
            throw error
        }
        return true
    }
}

extension GitIndex {
    /// Renames entries in memory; nothing is written yet.
    fileprivate func renameEntries(below old: String, to new: String) throws -> Int {
        var moved: [(name: String, entry: git_index_entry)] = []
        try forEachEntry(below: old) { moved.append(($0, $1)) }
        for (name, entry) in moved {
            var entry = entry
            // No typed throw out of the closure: the compiler crashes over it.
            let status = "\(new)/\(name)".withCString { path in
                entry.path = path
                return git_index_add(handle.pointer, &entry)
            }
            try check(status, "git_index_add")
            try check(git_index_remove(handle.pointer, "\(old)/\(name)", 0), "git_index_remove")
        }
        return moved.count
    }
}
