import Glibc

/// Makes a directory of mode 0700 whose name ends in random letters.
///
/// - Parameter template: a path that ends in `XXXXXX`.
/// - Returns: the path with the letters.
/// - Throws: ``SandboxError`` `directoryUnusable`.
func makeUniqueDirectory(_ template: String) throws(SandboxError) -> String {
    var bytes = Array(template.utf8CString)
    guard mkdtemp(&bytes) != nil else {
        throw SandboxError(
            .directoryUnusable,
            "No directory can be made at \(template): \(systemErrorText()). "
                + "Choose another folder for temporary files with TMPDIR.")
    }
    return String(decoding: bytes.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// Makes a directory of mode 0700, and its parents of mode 0755, when absent.
///
/// - Returns: whether the directory itself was made.
/// - Throws: ``SandboxError`` `directoryUnusable`.
func makeDirectories(_ path: String) throws(SandboxError) -> Bool {
    var made = false
    var parent = ""
    let names = path.split(separator: "/")
    for (index, name) in names.enumerated() {
        parent += "/\(name)"
        let isLast = index == names.count - 1
        if mkdir(parent, isLast ? 0o700 : 0o755) == 0 {
            made = isLast
        } else if errno != EEXIST && !isDirectory(parent) {
            throw SandboxError(
                .directoryUnusable,
                "The directory \(path) cannot be made: \(parent): \(systemErrorText()).")
        }
    }
    guard isDirectory(path) else {
        throw SandboxError(.directoryUnusable, "\(path) is not a directory.")
    }
    return made
}

/// The path without symbolic links.
///
/// - Throws: ``SandboxError`` `directoryUnusable`.
func realPath(_ path: String) throws(SandboxError) -> String {
    guard let resolved = realpath(path, nil) else {
        throw SandboxError(
            .directoryUnusable, "The directory \(path) cannot be found: \(systemErrorText()).")
    }
    defer { free(resolved) }
    return String(cString: resolved)
}

func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// Where every account may make directories, in the order of preference.
let temporaryFolders = ["/tmp", "/var/tmp", "/dev/shm"]

/// Chooses where ephemeral clusters go when the caller does not say.
///
/// A folder for temporary files that only root may enter (`TMPDIR` of a
/// private session) is passed over as root: the server's account could not
/// reach it.
func defaultTemporaryBase() -> String {
    let wanted = getenv("TMPDIR").map { String(cString: $0) }
    let usable = ((wanted.map { [$0] } ?? []) + temporaryFolders).first {
        $0.hasPrefix("/") && access($0, W_OK | X_OK) == 0
            && (geteuid() != 0 || everybodyCanEnter($0))
    }
    return usable ?? "/tmp"
}

/// Whether the directory and all above it have execute permission for others.
private func everybodyCanEnter(_ path: String) -> Bool {
    var parent = ""
    for name in path.split(separator: "/") {
        parent += "/\(name)"
        var status = stat()
        guard stat(parent, &status) == 0, status.st_mode & S_IXOTH != 0 else { return false }
    }
    return true
}
