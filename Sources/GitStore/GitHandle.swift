import CGit2

/// Owns one libgit2 object and frees it at the end of its scope.
struct GitHandle: ~Copyable {
    let pointer: OpaquePointer
    private let release: (OpaquePointer?) -> Void

    /// Takes over what `body` stores, or throws its failure.
    init(
        _ call: String,
        release: @escaping (OpaquePointer?) -> Void,
        _ body: (UnsafeMutablePointer<OpaquePointer?>) -> Int32
    ) throws(GitError) {
        var created: OpaquePointer?
        let status = body(&created)
        try check(status, call)
        guard let created else { throw GitError.noResult(call) }
        self.pointer = created
        self.release = release
    }

    deinit {
        release(pointer)
    }
}
