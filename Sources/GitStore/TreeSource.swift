/// The migrations folder of a commit.
struct TreeSource: FolderSource {
    let objects: ObjectDatabase
    /// The tree of the whole commit, for links that lead elsewhere.
    let root: ObjectID
    let path: RepositoryPath
    /// The tree of the migrations folder.
    let tree: ObjectID

    func entries() throws(GitError) -> [SourceEntry] {
        try entries(inTree: tree)
    }

    func entries(in folder: SourceEntry) throws(GitError) -> [SourceEntry] {
        guard let id = folder.id else { return [] }
        return try entries(inTree: id)
    }

    func contents(of file: SourceEntry) throws(GitError) -> [UInt8] {
        guard let id = file.id else { return [] }
        return try objects.contents(of: id)
    }

    func leadsToFile(_ link: SourceEntry) throws(GitError) -> Bool {
        let target = String(decoding: try contents(of: link), as: UTF8.self)
        guard !target.hasPrefix("/"),
            let path = try? RepositoryPath("\(path.text)/\(target)"),
            let name = path.components.last
        else { return false }
        var folder = root
        for component in path.components.dropLast() {
            guard let next = try objects.entry(named: component, in: folder),
                next.kind == .folder
            else { return false }
            folder = next.id
        }
        return try objects.entry(named: name, in: folder)?.kind == .file
    }

    private func entries(inTree id: ObjectID) throws(GitError) -> [SourceEntry] {
        try objects.tree(id).withBytes { bytes in
            TreeEntries(bytes: bytes).map {
                SourceEntry(nameBytes: Array($0.name), kind: $0.kind, id: $0.id)
            }
        }
    }
}
