/// A path from the root of a repository's tree, in components.
struct RepositoryPath: Hashable {
    /// No component is empty, `.` or `..`; none at all is the root itself.
    let components: [String]

    /// Accepts what people write: `./a//b/` is `a/b`; `a/../b` is `b`.
    ///
    /// Throws ``GitError`` when the path leads out of the repository.
    init(_ path: String) throws(GitError) {
        var components: [String] = []
        for part in path.split(separator: "/") where part != "." {
            guard part == ".." else {
                components.append(String(part))
                continue
            }
            guard components.popLast() != nil else {
                throw GitError(
                    code: .invalidName, call: "path",
                    message: "The path \(path) leads out of the repository; "
                        + "give it from the repository's root.")
            }
        }
        self.components = components
    }

    var text: String { components.joined(separator: "/") }
}
