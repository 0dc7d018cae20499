/// Where folders of migrations are read from: a commit or the file system.
protocol FolderSource {
    /// The entries of the migrations folder itself.
    func entries() throws(GitError) -> [SourceEntry]
    /// The entries of a folder in it.
    func entries(in folder: SourceEntry) throws(GitError) -> [SourceEntry]
    /// The contents of a file.
    func contents(of file: SourceEntry) throws(GitError) -> [UInt8]
    /// Whether a symbolic link leads to an ordinary file.
    func leadsToFile(_ link: SourceEntry) throws(GitError) -> Bool
}

/// One name in a folder of a source.
struct SourceEntry {
    /// Repaired where it is not UTF-8.
    let name: String
    let nameBytes: [UInt8]
    let kind: EntryKind
    /// The object in Git; `nil` in the file system.
    let id: ObjectID?
    /// From the migrations folder; only the file system uses it.
    let path: [UInt8]

    init(nameBytes: [UInt8], kind: EntryKind, id: ObjectID?, parent: [UInt8] = []) {
        self.name = String(decoding: nameBytes, as: UTF8.self)
        self.nameBytes = nameBytes
        self.kind = kind
        self.id = id
        self.path = parent.isEmpty ? nameBytes : parent + [UInt8(ascii: "/")] + nameBytes
    }

    var nameIsUTF8: Bool { Array(name.utf8) == nameBytes }
}
