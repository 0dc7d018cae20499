import Glibc

/// One open file on which `flock` locks are taken.
///
/// The kernel drops the lock when the last copy of the descriptor is closed,
/// so a lock ends with its process however that process ends. The descriptor
/// is closed on exec: child programs never prolong it.
struct FileLock: ~Copyable {
    /// Only for handing the lock to a child process.
    let descriptor: Int32

    /// Opens an existing lock file; it is never created here, and a symbolic
    /// link in its place is refused.
    ///
    /// - Throws: ``SandboxError`` `directoryUnusable`.
    init(opening path: String) throws(SandboxError) {
        descriptor = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            throw SandboxError(
                .directoryUnusable, "The lock file \(path) cannot be opened: \(systemErrorText()).")
        }
    }

    deinit { close(descriptor) }

    enum Mode {
        case shared, exclusive

        fileprivate var operation: Int32 { self == .shared ? LOCK_SH : LOCK_EX }
    }

    /// Takes the lock, or converts the one held; waits for as long as it takes.
    func take(_ mode: Mode) {
        _ = retryingInterrupts { flock(descriptor, mode.operation) }
    }

    /// Takes the lock only when that needs no waiting.
    func tryTake(_ mode: Mode) -> Bool {
        retryingInterrupts { flock(descriptor, mode.operation | LOCK_NB) } == 0
    }

    /// Whether `path` still names the file that is open here.
    func isStill(at path: String) -> Bool {
        var mine = stat()
        var named = stat()
        guard fstat(descriptor, &mine) == 0, lstat(path, &named) == 0 else { return false }
        return mine.st_ino == named.st_ino && mine.st_dev == named.st_dev
    }

    /// Gives the lock up here and now rather than wherever its scope ends.
    consuming func release() {}
}
