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

    /// A setting of Git's configuration; `nil` when it is not set.
    public func text(_ key: String) -> String? {
        guard let settings = try? settings() else { return nil }
        var buffer = git_buf()
        defer { git_buf_dispose(&buffer) }
        guard git_config_get_string_buf(&buffer, settings.pointer, key) == 0 else { return nil }
        return buffer.ptr.map { String(cString: $0) }
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

    /// The address of a configured remote; `nil` when there is none of that name.
    public func address(ofRemote name: String) throws -> String? {
        let remote: GitHandle
        do throws(GitError) {
            remote = try GitHandle("git_remote_lookup", release: git_remote_free) {
                git_remote_lookup($0, pointer, name)
            }
        } catch {
            guard error.code == .notFound || error.code == .invalidName else { throw error }
            return nil
        }
        return git_remote_url(remote.pointer).map { String(cString: $0) }
    }

    private func settings() throws(GitError) -> GitHandle {
        try GitHandle("git_repository_config_snapshot", release: git_config_free) {
            git_repository_config_snapshot($0, pointer)
        }
    }
}
