import CGit2

extension GitRepository {
    /// A setting of Git's configuration that is true or false; `nil` when it is
    /// not set or neither.
    public func flag(_ key: String) -> Bool? {
        guard let settings = try? settings() else { return nil }
        var value: Int32 = 0
        guard git_config_get_bool(&value, settings.pointer, key) == 0 else { return nil }
        return value != 0
    }

    /// Where Git looks for this repository's hooks: `core.hooksPath`, or the
    /// folder `hooks` that all work trees share.
    public var hooksDirectory: String {
        let usual = "\(commonDirectory)hooks"
        guard let settings = try? settings() else { return usual }
        var buffer = git_buf()
        defer { git_buf_dispose(&buffer) }
        guard git_config_get_path(&buffer, settings.pointer, "core.hooksPath") == 0,
            let text = buffer.ptr
        else { return usual }
        let path = String(cString: text)
        // Git runs hooks at the root of the work tree, or in the bare repository.
        if path.hasPrefix("/") { return path }
        let root = workTree ?? gitDirectory
        return root.hasSuffix("/") ? root + path : "\(root)/\(path)"
    }

    private func settings() throws(GitError) -> GitHandle {
        try GitHandle("git_repository_config_snapshot", release: git_config_free) {
            git_repository_config_snapshot($0, pointer)
        }
    }
}
