import Glibc

/// The commits at which a shallow clone ends.
///
/// libgit2 1.5 can tell that a repository is shallow, but not where: the
/// commits are listed in the file `shallow` of the common Git directory.
struct ShallowBoundary {
    let commits: Set<ObjectID>
    /// Names this boundary in a cache; empty for a complete repository.
    let fingerprint: String

    init(commonDirectory: String) {
        let text = FileContents.read("\(commonDirectory)/shallow") ?? []
        let lines = text.split(separator: UInt8(ascii: "\n"))
        commits = Set(lines.compactMap { ObjectID(hex: String(decoding: $0, as: UTF8.self)) })
        fingerprint = commits.map(\.hex).sorted().joined(separator: ",")
    }

    func contains(_ id: ObjectID) -> Bool {
        !commits.isEmpty && commits.contains(id)
    }
}
