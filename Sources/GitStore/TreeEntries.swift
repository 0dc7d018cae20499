import Glibc

/// The entries of a raw tree object, read in place.
///
/// Valid only while the bytes are; see ``RawObject/withBytes(_:)``.
struct TreeEntries: Sequence, IteratorProtocol {
    private let bytes: UnsafeRawBufferPointer
    private var offset = 0

    init(bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// The next entry: octal mode, space, name, NUL, 20 bytes of id. A damaged
    /// tail ends the tree.
    mutating func next() -> TreeEntry? {
        var mode: UInt32 = 0
        var position = offset
        while position < bytes.count, bytes[position] != UInt8(ascii: " ") {
            mode = mode << 3 | UInt32(bytes[position] & 7)
            position += 1
        }
        let start = position + 1
        guard start < bytes.count, let base = bytes.baseAddress,
            let end = memchr(base + start, 0, bytes.count - start)
        else { return nil }
        let nul = UnsafeRawPointer(end) - base
        let after = nul + 1 + ObjectID.byteCount
        guard after <= bytes.count else { return nil }
        offset = after
        return TreeEntry(
            mode: mode,
            name: UnsafeRawBufferPointer(rebasing: bytes[start..<nul]),
            idBytes: UnsafeRawBufferPointer(rebasing: bytes[(nul + 1)..<after]))
    }

    /// Skips the entries that both trees have next and that are the same, byte by
    /// byte: nearly all of them, between neighbours.
    static func skipCommon(_ first: inout TreeEntries, _ second: inout TreeEntries) {
        while true {
            var ahead = first
            guard ahead.next() != nil else { return }
            let length = ahead.offset - first.offset
            guard second.offset + length <= second.bytes.count,
                let mine = first.bytes.baseAddress, let theirs = second.bytes.baseAddress,
                memcmp(mine + first.offset, theirs + second.offset, length) == 0
            else { return }
            first = ahead
            second.offset += length
        }
    }

    /// The entry with exactly these bytes as its name.
    func first(named name: String) -> TreeEntry? {
        var name = name
        return name.withUTF8 { wanted in
            first { $0.hasName(UnsafeRawBufferPointer(wanted)) }
        }
    }
}

/// One entry of a tree; valid only while the tree's bytes are.
struct TreeEntry {
    let mode: UInt32
    let name: UnsafeRawBufferPointer
    let idBytes: UnsafeRawBufferPointer

    var id: ObjectID { ObjectID(bytes: idBytes) }
    var kind: EntryKind { EntryKind(treeMode: mode) }

    func hasName(_ other: UnsafeRawBufferPointer) -> Bool {
        guard name.count == other.count else { return false }
        guard let first = name.baseAddress, let second = other.baseAddress else { return true }
        return memcmp(first, second, name.count) == 0
    }

    func hasSameID(_ other: TreeEntry) -> Bool {
        guard let first = idBytes.baseAddress, let second = other.idBytes.baseAddress else {
            return false
        }
        return memcmp(first, second, ObjectID.byteCount) == 0
    }

    /// Folders in the order of a tree: as if their names ended with a slash.
    func precedesAsFolder(_ other: TreeEntry) -> Bool {
        let common = Swift.min(name.count, other.name.count)
        if let first = name.baseAddress, let second = other.name.baseAddress {
            let order = memcmp(first, second, common)
            if order != 0 { return order < 0 }
        }
        let slash = UInt8(ascii: "/")
        let mine = common < name.count ? name[common] : slash
        let theirs = common < other.name.count ? other.name[common] : slash
        return mine < theirs
    }
}
