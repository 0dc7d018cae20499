import CGit2

/// A Git repository, opened with libgit2.
///
/// Not `Sendable`: libgit2 asks to use one repository object from one thread at
/// a time, and opening another one costs well under a millisecond. Everything
/// it returns is a plain value. All calls block on the disk.
public final class GitRepository {
    private let handle: GitHandle
    /// Raw objects, for the history walk.
    let objects: ObjectDatabase

    /// Opens the repository that contains `path`, looking upwards from there.
    ///
    /// Works from inside a work tree, a linked worktree, a bare repository or a
    /// `.git` folder.
    ///
    /// Throws ``GitError``: `.notFound` when there is no repository,
    /// `.notOwner` when it belongs to another user.
    public init(discovering path: String) throws {
        GitLibrary.start()
        do throws(GitError) {
            handle = try GitHandle("git_repository_open_ext", release: git_repository_free) {
                git_repository_open_ext($0, path, 0, nil)
            }
        } catch {
            throw Self.explain(error, path: path)
        }
        objects = try ObjectDatabase(repository: handle)
    }

    /// Lets a program do other things while libgit2 gets ready, which takes some milliseconds.
    public static func prepare() { GitLibrary.startAhead() }

    /// libgit2's own object, for this module only; it must not outlive `self`.
    var pointer: OpaquePointer { handle.pointer }

    /// The `.git` folder; of a linked worktree, its own part of it.
    public var gitDirectory: String { text(git_repository_path(pointer)) ?? "" }

    /// The Git folder that all worktrees share.
    public var commonDirectory: String { text(git_repository_commondir(pointer)) ?? gitDirectory }

    /// The root of the checked-out files; `nil` in a bare repository.
    public var workTree: String? { text(git_repository_workdir(pointer)) }

    /// Whether the repository has no work tree.
    public var isBare: Bool { git_repository_is_bare(pointer) == 1 }

    /// Whether history was cut off by `git clone --depth`.
    public var isShallow: Bool { git_repository_is_shallow(pointer) == 1 }

    /// Whether there is no branch with a commit at all.
    ///
    /// (`git_repository_is_empty` says no as soon as HEAD is not the branch that
    /// the user's configuration would choose.)
    public var isEmpty: Bool {
        guard git_repository_head_unborn(pointer) == 1 else { return false }
        return (try? branches().isEmpty) ?? false
    }

    /// What is checked out.
    ///
    /// Throws ``GitError`` when HEAD is damaged.
    public func head() throws -> Head {
        if git_repository_head_unborn(pointer) == 1 { return .unborn(name: try unbornName()) }
        let reference = try GitHandle("git_repository_head", release: git_reference_free) {
            git_repository_head($0, pointer)
        }
        let commit = try self.commit(of: reference)
        guard git_repository_head_detached(pointer) == 0,
            let name = git_reference_shorthand(reference.pointer)
        else {
            return .detached(commit: commit)
        }
        return .branch(name: String(cString: name), commit: commit)
    }

    private func unbornName() throws(GitError) -> String {
        let reference = try GitHandle("git_reference_lookup", release: git_reference_free) {
            git_reference_lookup($0, pointer, "HEAD")
        }
        let target = text(git_reference_symbolic_target(reference.pointer)) ?? "HEAD"
        let prefix = "refs/heads/"
        return target.hasPrefix(prefix) ? String(target.dropFirst(prefix.count)) : target
    }

    /// The commit a reference leads to, through symbolic references and tags.
    func commit(of reference: borrowing GitHandle) throws(GitError) -> ObjectID {
        let source = reference.pointer
        let commit = try GitHandle("git_reference_peel", release: git_object_free) {
            git_reference_peel($0, source, GIT_OBJECT_COMMIT)
        }
        return ObjectID(git_object_id(commit.pointer).pointee)
    }

    private func text(_ pointer: UnsafePointer<CChar>?) -> String? {
        pointer.map { String(cString: $0) }
    }

    private static func explain(_ error: GitError, path: String) -> GitError {
        switch error.code {
        // libgit2 1.5 says so when the owner is wrong and nothing is allowed at all.
        case .notFound where error.message.contains("safe.directory"):
            explain(GitError(code: .notOwner, call: error.call, message: ""), path: path)
        case .notFound:
            error.explained(
                "There is no Git repository at \(path) or above it; "
                    + "give its path with --repo, or run git init.")
        case .notOwner:
            error.explained(
                "The Git repository at \(path) belongs to another user, so Git refuses to trust "
                    + "its configuration; run as its owner, or allow it with: "
                    + "git config --global --add safe.directory \(path)")
        case _ where error.message.contains("objectformat"):
            error.explained(
                "The Git repository at \(path) uses SHA-256 object names; only SHA-1 is supported."
            )
        default:
            error.explained("The Git repository at \(path) cannot be opened: \(error.message)")
        }
    }
}
