/// What a name in a folder stands for, as Git sees it.
enum EntryKind: Hashable {
    case file, folder, link, submodule

    /// From the mode of a tree entry; executable files are files.
    init(treeMode: UInt32) {
        switch treeMode & 0o170000 {
        case 0o040000: self = .folder
        case 0o120000: self = .link
        case 0o160000: self = .submodule
        default: self = .file
        }
    }

    var words: String {
        switch self {
        case .file: "file"
        case .folder: "folder"
        case .link: "symbolic link"
        case .submodule: "submodule"
        }
    }
}
