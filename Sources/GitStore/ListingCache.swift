import Glibc

/// Listings on disk, one file for each commit and path.
///
/// The name of a file holds what its contents depend on: the path, where a
/// shallow clone ends, and the commit. Everything else about a commit never
/// changes, so that a file is either right or damaged; a checksum tells which.
/// No failure is ever reported: a cache that cannot be used is not used.
struct ListingCache {
    private let directory: String
    private let path: RepositoryPath
    private let prefix: String
    private static let common = "migrations-"
    /// Enough for some environments and paths; each file has some 200 bytes for
    /// each migration.
    private static let filesKept = 16

    init(directory: String, path: RepositoryPath, shallow: ShallowBoundary) {
        self.directory = directory
        self.path = path
        let key = SHA256Value(of: Array("\(path.text)\n\(shallow.fingerprint)".utf8))
        prefix = "\(Self.common)\(key.hex.prefix(16))-"
    }

    /// The commits for which there is a file.
    func tips() -> Set<ObjectID> {
        let names = FileContents.names(in: directory) ?? []
        return Set(
            names.compactMap { name in
                let name = String(decoding: name, as: UTF8.self)
                return name.hasPrefix(prefix)
                    ? ObjectID(hex: String(name.dropFirst(prefix.count))) : nil
            })
    }

    /// The listing of a commit; `nil` when there is none that can be trusted.
    func load(_ tip: ObjectID) -> CachedListing? {
        let file = file(tip)
        guard let bytes = FileContents.read(file) else { return nil }
        guard let cached = ListingCoding.decode(bytes), cached.listing.tip == tip,
            cached.listing.path == path.text
        else {
            unlink(file)
            return nil
        }
        // Marks it as used, so that it is not the first to be removed.
        utimensat(AT_FDCWD, file, nil, 0)
        return cached
    }

    /// Keeps a listing, and removes those that were not used for longest.
    func store(_ cached: CachedListing) {
        guard let tip = cached.listing.tip else { return }
        mkdir(directory, 0o755)
        guard FileContents.replace(file(tip), with: ListingCoding.encode(cached)) else { return }
        prune()
    }

    private func file(_ tip: ObjectID) -> String {
        "\(directory)/\(prefix)\(tip.hex)"
    }

    /// Temporary files of processes that were killed go the same way.
    private func prune() {
        let names = (FileContents.names(in: directory) ?? [])
            .map { String(decoding: $0, as: UTF8.self) }
            .filter { $0.hasPrefix(Self.common) }
        guard names.count > Self.filesKept else { return }
        let files = names.map { (path: "\(directory)/\($0)", used: lastUse("\(directory)/\($0)")) }
        let oldest = files.sorted { $0.used < $1.used }.dropLast(Self.filesKept)
        for file in oldest { unlink(file.path) }
    }

    private func lastUse(_ file: String) -> Int64 {
        var status = stat()
        guard stat(file, &status) == 0 else { return 0 }
        return Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
    }
}
