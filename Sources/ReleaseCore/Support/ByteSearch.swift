import Glibc

extension String {
    /// Whether a text of ASCII stands in this one, byte by byte: the standard library compares
    /// characters, which takes many times as long.
    func mentions(_ text: StaticString) -> Bool {
        var copy = self
        return copy.withUTF8 { bytes in
            let length = text.utf8CodeUnitCount
            guard var rest = bytes.baseAddress, length > 0 else { return length == 0 }
            let end = rest + bytes.count
            // memmem is no part of the C that Swift sees.
            while end - rest >= length,
                let found = memchr(rest, Int32(text.utf8Start.pointee), end - rest - length + 1)
            {
                if memcmp(found, text.utf8Start, length) == 0 { return true }
                rest = UnsafePointer(found.assumingMemoryBound(to: UInt8.self)) + 1
            }
            return false
        }
    }
}
