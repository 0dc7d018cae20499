/// The form in which listings are cached: a line that names the version, a
/// checksum of the rest, and the rest in binary. JSON took longer to decode than
/// the whole command may take.
enum ListingCoding {
    /// Changes with every change of the form, of what a listing means, and of the
    /// sentences about problems, which are part of it.
    private static let header = Array("sluice listing 2\n".utf8)

    static func encode(_ cached: CachedListing) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(cached.listing)
        // Sorted, so that equal listings have equal files.
        writer.write(all: cached.irregular.sorted { $0.key < $1.key }) { writer, entry in
            writer.write(entry.key)
            writer.write(entry.value)
        }
        let body = writer.bytes
        return header + SHA256Value(of: body).withBytes { Array($0) } + body
    }

    /// `nil` for anything but the bytes ``encode(_:)`` gave.
    static func decode(_ bytes: [UInt8]) -> CachedListing? {
        let start = header.count + SHA256Value.byteCount
        guard bytes.count > start, bytes.starts(with: header) else { return nil }
        let body = bytes[start...]
        guard
            bytes[header.count..<start].withUnsafeBytes(SHA256Value.init(bytes:))
                == SHA256Value(of: body)
        else { return nil }
        do {
            var reader = try ByteReader(body)
            let listing = try reader.listing()
            let irregular = try reader.all { (reader) throws(ByteReader.Damaged) in
                (try reader.text(), try reader.record())
            }
            guard reader.isAtEnd else { return nil }
            return CachedListing(
                listing: listing, irregular: Dictionary(irregular) { first, _ in first })
        } catch {
            return nil
        }
    }
}

extension ByteWriter {
    fileprivate mutating func write(_ listing: MigrationListing) {
        write(listing.tip) { $0.write($1) }
        write(listing.path)
        write(listing.pathExists)
        write(all: listing.folders) { $0.write($1) }
        write(all: listing.changes) { $0.write($1) }
        write(all: listing.problems) { $0.write($1) }
        write(listing.lockFile) { $0.write($1) }
        write(listing.unknownBefore) { $0.write($1) }
    }

    private mutating func write(_ folder: MigrationFolder) {
        write(folder.name)
        write(folder.blob)
        write(folder.size)
        let digests = folder.digests
        write(digests.exact)
        write(digests.unix == digests.exact ? nil : digests.unix) { $0.write($1) }
        write(digests.windows == digests.exact ? nil : digests.windows) { $0.write($1) }
        write(folder.provenance) { $0.write($1) }
    }

    private mutating func write(_ change: FolderChange) {
        write(change.kind.rawValue)
        write(change.folder)
        write(change.newName) { $0.write($1) }
        write(change.from)
        write(change.to) { $0.write($1) }
        write(change.provenance)
    }

    private mutating func write(_ problem: ListingProblem) {
        write(problem.kind.rawValue)
        write(problem.folder) { $0.write($1) }
        write(problem.detail)
        write(problem.offset) { $0.write($1) }
        write(problem.line) { $0.write($1) }
    }

    private mutating func write(_ provenance: Provenance) {
        write(provenance.commit)
        write(provenance.author)
        write(provenance.committedAt)
        write(provenance.subject)
        write(provenance.merge) { $0.write($1) }
        write(provenance.mergedBy) { $0.write($1) }
        write(provenance.mergedAt) { $0.write($1) }
        write(provenance.isExact)
    }

    private mutating func write(_ signature: Signature) {
        write(signature.name)
        write(signature.email)
        write(signature.when)
    }

    private mutating func write(_ time: GitTime) {
        write(Int(time.seconds))
        write(Int(time.offsetMinutes))
    }

    fileprivate mutating func write(_ record: BranchHistory.Record) {
        write(record.original)
        write(record.current) { $0.write($1) }
        write(record.arrival.provenance) { $0.write($1) }
        write(all: record.edits) { $0.write($1) }
        write(record.departure) { $0.write($1) }
    }

    private mutating func write(_ event: BranchHistory.Event) {
        write(event.kind.rawValue)
        write(event.newName) { $0.write($1) }
        write(event.from)
        write(event.to) { $0.write($1) }
        write(event.arrival.provenance) { $0.write($1) }
    }
}

extension ByteReader {
    fileprivate mutating func listing() throws(Damaged) -> MigrationListing {
        MigrationListing(
            tip: try optional { (reader) throws(Damaged) in try reader.id() },
            path: try text(),
            pathExists: try flag(),
            folders: try all { (reader) throws(Damaged) in try reader.folder() },
            changes: try all { (reader) throws(Damaged) in try reader.change() },
            problems: try all { (reader) throws(Damaged) in try reader.problem() },
            lockFile: try optional { (reader) throws(Damaged) in try reader.data() },
            unknownBefore: try optional { (reader) throws(Damaged) in try reader.id() })
    }

    private mutating func folder() throws(Damaged) -> MigrationFolder {
        let (name, blob, size) = (try text(), try id(), try number())
        let exact = try digest()
        let unix = try optional { (reader) throws(Damaged) in try reader.digest() }
        let windows = try optional { (reader) throws(Damaged) in try reader.digest() }
        return MigrationFolder(
            name: name, blob: blob, size: size,
            digests: ScriptDigests(exact: exact, unix: unix ?? exact, windows: windows ?? exact),
            provenance: try optionalProvenance())
    }

    private mutating func change() throws(Damaged) -> FolderChange {
        FolderChange(
            kind: try kind(), folder: try text(), newName: try optionalText(), from: try id(),
            to: try optional { (reader) throws(Damaged) in try reader.id() },
            provenance: try provenance())
    }

    private mutating func problem() throws(Damaged) -> ListingProblem {
        guard let kind = ListingProblem.Kind(rawValue: try text()) else { throw Damaged() }
        return ListingProblem(
            kind: kind, folder: try optionalText(), detail: try text(),
            offset: try optional { (reader) throws(Damaged) in try reader.number() },
            line: try optional { (reader) throws(Damaged) in try reader.number() })
    }

    private mutating func provenance() throws(Damaged) -> Provenance {
        Provenance(
            commit: try id(), author: try signature(), committedAt: try time(),
            subject: try text(),
            merge: try optional { (reader) throws(Damaged) in try reader.id() },
            mergedBy: try optional { (reader) throws(Damaged) in try reader.signature() },
            mergedAt: try optional { (reader) throws(Damaged) in try reader.time() },
            isExact: try flag())
    }

    private mutating func optionalProvenance() throws(Damaged) -> Provenance? {
        try optional { (reader) throws(Damaged) in try reader.provenance() }
    }

    private mutating func optionalText() throws(Damaged) -> String? {
        try optional { (reader) throws(Damaged) in try reader.text() }
    }

    private mutating func signature() throws(Damaged) -> Signature {
        Signature(name: try text(), email: try text(), when: try time())
    }

    private mutating func time() throws(Damaged) -> GitTime {
        let seconds = Int64(try number())
        guard let offset = Int32(exactly: try number()) else { throw Damaged() }
        return GitTime(seconds: seconds, offsetMinutes: offset)
    }

    private mutating func kind() throws(Damaged) -> FolderChange.Kind {
        guard let kind = FolderChange.Kind(rawValue: try text()) else { throw Damaged() }
        return kind
    }

    fileprivate mutating func record() throws(Damaged) -> BranchHistory.Record {
        let original = try id()
        let current = try optional { (reader) throws(Damaged) in try reader.id() }
        return BranchHistory.Record(
            original: original, current: current, arrival: try arrival(),
            edits: try all { (reader) throws(Damaged) in try reader.event() },
            departure: try optional { (reader) throws(Damaged) in try reader.event() })
    }

    private mutating func event() throws(Damaged) -> BranchHistory.Event {
        BranchHistory.Event(
            kind: try kind(), newName: try optionalText(), from: try id(),
            to: try optional { (reader) throws(Damaged) in try reader.id() },
            arrival: try arrival())
    }

    private mutating func arrival() throws(Damaged) -> BranchHistory.Arrival {
        guard let provenance = try optionalProvenance() else { throw Damaged() }
        return .explained(provenance)
    }
}
