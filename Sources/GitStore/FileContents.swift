import Glibc

/// Whole files by plain system calls: Foundation would cost more at start-up
/// than reading a cached listing does.
enum FileContents {
    /// `nil` when the file cannot be read; `errno` says why.
    static func read(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        guard status.st_mode & S_IFMT == S_IFREG else {
            errno = EISDIR
            return nil
        }
        return readAll(descriptor, expecting: Int(status.st_size))
    }

    private static func readAll(_ descriptor: Int32, expecting size: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        // One byte more than expected, so that the end is seen without growing.
        var capacity = size + 1
        while true {
            let start = bytes.count
            var received = 0
            let chunk = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
                received = Glibc.read(descriptor, buffer.baseAddress, capacity)
                count = max(0, received)
            }
            guard received >= 0 else { return nil }
            if received == 0 { return bytes }
            if start == 0 { bytes = chunk } else { bytes += chunk }
            capacity = max(size + 1 - bytes.count, 4096)
        }
    }

    /// Replaces a file as a whole or not at all; `false` when it cannot.
    static func replace(_ path: String, with bytes: [UInt8]) -> Bool {
        let temporary = "\(path).\(getpid()).\(UInt32.random(in: 0...UInt32.max))"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return false }
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard written > 0 else { break }
            rest = rest.dropFirst(written)
        }
        let isWhole = close(descriptor) == 0 && rest.isEmpty
        guard isWhole, rename(temporary, path) == 0 else {
            unlink(temporary)
            return false
        }
        return true
    }

    /// The names in a folder, without `.` and `..`; `nil` when it is none.
    static func names(in folder: String) -> [[UInt8]]? {
        guard let stream = opendir(folder) else { return nil }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                Array(bytes.prefix { $0 != 0 })
            }
            let isDots = name == [UInt8(ascii: ".")] || name == Array("..".utf8)
            if !isDots { names.append(name) }
        }
        return names
    }
}
