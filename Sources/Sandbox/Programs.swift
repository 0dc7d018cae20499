import Glibc

/// Finds programs without the caller's `PATH`: the standard folders first, so
/// that a foreign copy elsewhere never takes the place of the system's own.
enum Programs {
    static let folders = ["/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin"]

    /// The environment every program of the sandbox runs in.
    static let environment = ["PATH": folders.joined(separator: ":"), "LC_ALL": "C", "HOME": "/"]

    static func isExecutable(_ path: String) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
        return access(path, X_OK) == 0
    }

    static func find(_ name: String, in folders: [String] = folders) -> String? {
        folders.lazy.map { "\($0)/\(name)" }.first(where: isExecutable)
    }

    /// - Throws: ``SandboxError`` `programMissing`, naming the Debian package.
    static func require(_ name: String, package: String) throws(SandboxError) -> String {
        if let path = find(name) { return path }
        throw SandboxError(
            .programMissing,
            "The program \(name) is not in \(folders.joined(separator: ", ")). "
                + "Install the Debian package \(package).")
    }

    /// The standard output of a short command, or `nil` when it failed.
    static func output(of executable: String, _ arguments: [String]) -> String? {
        guard let pipe = try? makePipe() else { return nil }
        defer { close(pipe.reading) }
        var command = ChildProcess(executable, arguments, environment: environment)
        command.descriptors = [1: pipe.writing]
        let started = try? command.start()
        close(pipe.writing)
        guard let child = started else { return nil }
        let bytes = readToEnd(pipe.reading)
        return ChildProcess.wait(for: child) == 0 ? String(decoding: bytes, as: UTF8.self) : nil
    }
}

/// Everything that can still be read from a descriptor.
func readToEnd(_ descriptor: Int32) -> [UInt8] {
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16384)
    while true {
        let count = read(descriptor, &buffer, buffer.count)
        if count > 0 {
            all.append(contentsOf: buffer[..<count])
        } else if count == 0 || errno != EINTR {
            return all
        }
    }
}

/// A new file for writing instead of whatever is there; `owner` gets it.
func replaceFile(_ path: String, flags: Int32 = 0, owner: ServerAccount?) throws(SandboxError)
    -> Int32
{
    unlink(path)
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW | flags, 0o600)
    guard file >= 0 else {
        throw SandboxError(.directoryUnusable, "\(path) cannot be written: \(systemErrorText()).")
    }
    if let owner { _ = fchown(file, owner.user, owner.group) }
    return file
}

/// The contents of a file as text, or `nil`; symbolic links are not followed.
func textFile(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    return String(decoding: readToEnd(descriptor), as: UTF8.self)
}
