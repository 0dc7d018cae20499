import CGit2
import Dispatch

/// The process-wide state of libgit2.
enum GitLibrary {
    /// Initialises libgit2 once; every entry point calls it first.
    ///
    /// libgit2 counts initialisations, and the count is never given back: the
    /// library lives as long as the process.
    static func start() {
        _ = started
    }

    /// Initialises libgit2 on another thread: reading the bundle of certificates takes some
    /// milliseconds, in which a program can do other things.
    static func startAhead() {
        DispatchQueue.global(qos: .userInitiated).async { start() }
    }

    private static let started: Void = {
        git_libgit2_init()
        _ = sluice_git_enable_strict_hash_verification(0)
        acceptHarmlessExtensions()
    }()

    /// `git sparse-checkout` sets `worktreeConfig`, a blobless clone sets
    /// `partialClone`: neither changes how a present object is read.
    private static func acceptHarmlessExtensions() {
        let names: [StaticString] = [
            "worktreeconfig", "partialclone", "preciousobjects", "relativeworktrees",
        ]
        var pointers: [UnsafePointer<CChar>?] = names.map {
            UnsafeRawPointer($0.utf8Start).assumingMemoryBound(to: CChar.self)
        }
        // libgit2 copies the strings.
        _ = sluice_git_set_extensions(&pointers, pointers.count)
    }
}
