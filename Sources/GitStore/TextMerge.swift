import CGit2

/// Three versions of a text file brought together, as `git merge-file` does it.
public struct TextMerge: Sendable, Hashable {
    /// The merged text, with conflict marks where both sides changed the same lines.
    public let contents: [UInt8]
    /// Whether there are such marks.
    public let hasConflicts: Bool

    /// Applies what happened between `base` and `theirs` to `ours`.
    ///
    /// Line endings do not count: the versions are compared with LF, and the
    /// result has those of `ours`.
    ///
    /// Throws ``GitError`` when libgit2 cannot merge, as with a file that is too
    /// large.
    public init(
        base: [UInt8], ours: [UInt8], theirs: [UInt8], ourLabel: String, theirLabel: String
    ) throws {
        GitLibrary.start()
        let usesCRLF = Self.usesCRLF(ours)
        let merged = try Self.merge(
            [base, ours, theirs].map(Self.withLF), [ourLabel, theirLabel])
        contents = usesCRLF ? Self.withCRLF(merged.text) : merged.text
        hasConflicts = merged.hasConflicts
    }

    private static func merge(
        _ texts: [[UInt8]], _ labels: [String]
    ) throws(GitError) -> (text: [UInt8], hasConflicts: Bool) {
        var result = git_merge_file_result()
        defer { git_merge_file_result_free(&result) }
        let status = texts[0].withUnsafeBufferPointer { base in
            texts[1].withUnsafeBufferPointer { ours in
                texts[2].withUnsafeBufferPointer { theirs in
                    labels[0].withCString { ourLabel in
                        labels[1].withCString { theirLabel in
                            var options = git_merge_file_options()
                            git_merge_file_options_init(
                                &options, UInt32(GIT_MERGE_FILE_OPTIONS_VERSION))
                            options.our_label = ourLabel
                            options.their_label = theirLabel
                            var (first, second, third) = (
                                input(base), input(ours), input(theirs)
                            )
                            return git_merge_file(&result, &first, &second, &third, &options)
                        }
                    }
                }
            }
        }
        try check(status, "git_merge_file")
        let text = UnsafeRawBufferPointer(start: result.ptr, count: result.len)
        return (Array(text), result.automergeable == 0)
    }

    private static func input(_ text: UnsafeBufferPointer<UInt8>) -> git_merge_file_input {
        var input = git_merge_file_input()
        git_merge_file_input_init(&input, UInt32(GIT_MERGE_FILE_INPUT_VERSION))
        input.ptr = text.baseAddress.map {
            UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self)
        }
        input.size = text.count
        return input
    }

    /// By the first line, as editors do it.
    private static func usesCRLF(_ text: [UInt8]) -> Bool {
        guard let end = text.firstIndex(of: 0x0A), end > 0 else { return false }
        return text[end - 1] == 0x0D
    }

    private static func withLF(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        for (index, byte) in text.enumerated() {
            if byte == 0x0D, index + 1 < text.count, text[index + 1] == 0x0A { continue }
            result.append(byte)
        }
        return result
    }

    private static func withCRLF(_ text: [UInt8]) -> [UInt8] {
        text.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }
    }
}
