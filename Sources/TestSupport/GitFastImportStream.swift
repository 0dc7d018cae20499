/// Builds the input of `git fast-import`: whole histories in one go.
public struct GitFastImportStream {
    /// The stream so far.
    public private(set) var bytes: [UInt8] = []
    private var lastMark = 0
    private var clock = 1_577_836_800

    /// A file to be written by a commit: a path and a blob's mark, or `nil` to
    /// remove the file.
    public typealias Change = (path: String, blob: Int?)

    /// An empty stream.
    public init() {}

    /// Adds a blob and returns its mark.
    public mutating func blob(_ contents: [UInt8]) -> Int {
        lastMark += 1
        line("blob")
        line("mark :\(lastMark)")
        data(contents)
        return lastMark
    }

    /// Adds a commit and returns its mark. Each is a minute younger than the one
    /// before.
    public mutating func commit(
        to branch: String, parents: [Int], message: String, author: String = "Ada",
        changes: [Change]
    ) -> Int {
        lastMark += 1
        clock += 60
        line("commit refs/heads/\(branch)")
        line("mark :\(lastMark)")
        line("author \(author) <\(author.lowercased())@example.com> \(clock) +0000")
        line("committer \(author) <\(author.lowercased())@example.com> \(clock) +0000")
        data(Array(message.utf8))
        for (index, parent) in parents.enumerated() {
            line("\(index == 0 ? "from" : "merge") :\(parent)")
        }
        for change in changes {
            line(change.blob.map { "M 100644 :\($0) \(change.path)" } ?? "D \(change.path)")
        }
        line("")
        return lastMark
    }

    /// Points a branch to a commit, or deletes it.
    public mutating func reset(_ branch: String, to mark: Int?) {
        line("reset refs/heads/\(branch)")
        line("from \(mark.map { ":\($0)" } ?? String(repeating: "0", count: 40))")
        line("")
    }

    private mutating func line(_ text: String) {
        bytes += text.utf8
        bytes.append(UInt8(ascii: "\n"))
    }

    private mutating func data(_ contents: [UInt8]) {
        line("data \(contents.count)")
        bytes += contents
        bytes.append(UInt8(ascii: "\n"))
    }
}
