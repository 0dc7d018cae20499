import Glibc

/// A migrations folder in the file system.
struct DirectorySource: FolderSource {
    let path: String

    func entries() throws(GitError) -> [SourceEntry] {
        try list([])
    }

    func entries(in folder: SourceEntry) throws(GitError) -> [SourceEntry] {
        try list(folder.path)
    }

    func contents(of file: SourceEntry) throws(GitError) -> [UInt8] {
        try contents(at: String(decoding: file.path, as: UTF8.self))
    }

    func contents(at relative: String) throws(GitError) -> [UInt8] {
        let file = "\(path)/\(relative)"
        guard let bytes = FileContents.read(file) else { throw Self.failure("open", file) }
        return bytes
    }

    func leadsToFile(_ link: SourceEntry) throws(GitError) -> Bool {
        mode(of: link.path, following: true).map { $0 & S_IFMT == S_IFREG } ?? false
    }

    private func list(_ folder: [UInt8]) throws(GitError) -> [SourceEntry] {
        let full = "\(path)/\(String(decoding: folder, as: UTF8.self))"
        guard let names = FileContents.names(in: full) else { throw Self.failure("opendir", full) }
        return names.map { name in
            let entry = SourceEntry(nameBytes: name, kind: .file, id: nil, parent: folder)
            return SourceEntry(
                nameBytes: name, kind: kind(of: entry.path), id: nil, parent: folder)
        }
    }

    private func kind(of relative: [UInt8]) -> EntryKind {
        switch mode(of: relative, following: false).map({ $0 & S_IFMT }) {
        case S_IFDIR: .folder
        case S_IFLNK: .link
        default: .file
        }
    }

    private func mode(of relative: [UInt8], following: Bool) -> mode_t? {
        var status = stat()
        let file = Array("\(path)/".utf8) + relative + [0]
        let flags = following ? 0 : AT_SYMLINK_NOFOLLOW
        let result = fstatat(AT_FDCWD, file.map { CChar(bitPattern: $0) }, &status, flags)
        return result == 0 ? status.st_mode : nil
    }

    private static func failure(_ call: String, _ path: String) -> GitError {
        let reason = String(cString: strerror(errno))
        return GitError(
            code: errno == ENOENT ? .notFound : .generic, call: call,
            message: "\(path) cannot be read: \(reason).")
    }
}
