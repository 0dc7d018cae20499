import Glibc

/// A backup made by `pg_dump`, told by its first bytes.
struct BackupArchive {
    var path: String
    var format: Format

    enum Format: String, Sendable {
        case custom, directory, tar, plain
    }

    /// - Throws: ``ReleaseError`` when there is none, or it is packed.
    init(at path: String) throws {
        self.path = path
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw ReleaseError(
                .usage, "the backup \(path) cannot be read: \(String(cString: strerror(errno))).")
        }
        if status.st_mode & S_IFMT == S_IFDIR {
            guard access("\(path)/toc.dat", R_OK) == 0 else {
                throw ReleaseError(
                    .usage, "\(path) is a folder without toc.dat, and so no archive of pg_dump.")
            }
            format = .directory
            return
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw ReleaseError(.usage, "\(path) is neither a file nor a folder.")
        }
        let head = Self.head(of: path)
        if head.starts(with: Array("PGDMP".utf8)) {
            format = .custom
        } else if head.count > 262, head[257..<262].elementsEqual("ustar".utf8) {
            format = .tar
        } else if head.starts(with: [0x1F, 0x8B]) {
            throw ReleaseError(
                .usage, "\(path) is packed with gzip.", next: ["gunzip it first."])
        } else {
            format = .plain
        }
    }

    private static func head(of path: String) -> [UInt8] {
        guard let file = fopen(path, "rb") else { return [] }
        defer { fclose(file) }
        var buffer = [UInt8](repeating: 0, count: 512)
        return Array(buffer[..<fread(&buffer, 1, buffer.count, file)])
    }
}
