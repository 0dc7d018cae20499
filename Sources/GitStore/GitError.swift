import CGit2

/// A failure of Git or of libgit2, with the call that failed.
public struct GitError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it was; unknown codes of libgit2 survive.
    public struct Code: RawRepresentable, Sendable, Hashable {
        /// libgit2's `git_error_code`.
        public let rawValue: Int32

        /// Wraps a code of libgit2.
        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        /// An error without a code of its own.
        public static let generic = Code(rawValue: GIT_ERROR.rawValue)
        /// No repository, reference, revision or object of that name.
        public static let notFound = Code(rawValue: GIT_ENOTFOUND.rawValue)
        /// What was to be created exists already.
        public static let exists = Code(rawValue: GIT_EEXISTS.rawValue)
        /// More than one reference or object fits the name.
        public static let ambiguous = Code(rawValue: GIT_EAMBIGUOUS.rawValue)
        /// The branch has no commit yet.
        public static let unbornBranch = Code(rawValue: GIT_EUNBORNBRANCH.rawValue)
        /// The update would lose commits.
        public static let notFastForward = Code(rawValue: GIT_ENONFASTFORWARD.rawValue)
        /// A name or a path that Git does not accept.
        public static let invalidName = Code(rawValue: GIT_EINVALIDSPEC.rawValue)
        /// The two sides of a merge change the same lines.
        public static let mergeConflict = Code(rawValue: GIT_EMERGECONFLICT.rawValue)
        /// The branch is checked out and may not be moved.
        public static let checkedOut = Code(rawValue: GIT_ECONFLICT.rawValue)
        /// Somebody else moved the reference meanwhile.
        public static let modified = Code(rawValue: GIT_EMODIFIED.rawValue)
        /// The repository belongs to another user.
        public static let notOwner = Code(rawValue: GIT_EOWNER.rawValue)
        /// The object is of another kind than asked for.
        public static let wrongKind = Code(rawValue: GIT_EINVALID.rawValue)
    }

    /// What kind of failure it was.
    public let code: Code
    /// The call that failed, for example `git_repository_open_ext`.
    public let call: String
    /// A sentence for the user.
    public let message: String

    /// A failure found by this module, or one of libgit2 told in better words.
    public init(code: Code, call: String, message: String) {
        self.code = code
        self.call = call
        self.message = message
    }

    /// The sentence; with the call where only that tells what was tried.
    public var description: String { code == .generic ? "\(message) (\(call))" : message }

    /// Reads libgit2's last error. It is kept per thread, so this must run
    /// directly after the failing call.
    static func last(_ status: Int32, _ call: String) -> GitError {
        var text = "libgit2 gave status \(status)"
        if let error = git_error_last(), let message = error.pointee.message {
            text = String(cString: message)
        }
        return GitError(code: Code(rawValue: status), call: call, message: text.asSentence)
    }

    /// libgit2 reported success and gave nothing.
    static func noResult(_ call: String) -> GitError {
        GitError(code: .generic, call: call, message: "libgit2 returned nothing.")
    }

    /// A file of a plain folder could not be read.
    var isUnreadableFile: Bool { call == "open" }

    /// The same failure with a message that says what to do.
    func explained(_ message: String) -> GitError {
        GitError(code: code, call: call, message: message)
    }
}

/// Throws libgit2's last error if `status` is negative.
@discardableResult
func check(_ status: Int32, _ call: String) throws(GitError) -> Int32 {
    guard status < 0 else { return status }
    throw GitError.last(status, call)
}

extension String {
    /// libgit2's messages start in lower case and have no full stop.
    fileprivate var asSentence: String {
        guard let first else { return self }
        let text = first.uppercased() + dropFirst()
        return text.hasSuffix(".") ? text : text + "."
    }
}
