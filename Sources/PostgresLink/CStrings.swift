/// Lends an array of optional strings to C as `const char *const *`.
func withCStrings<Result>(
    _ strings: [String?], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result
) -> Result {
    var buffer: [CChar] = []
    var offsets: [Int?] = []
    for string in strings {
        offsets.append(string == nil ? nil : buffer.count)
        if let string {
            buffer.append(contentsOf: string.utf8.map { CChar(bitPattern: $0) })
            buffer.append(0)
        }
    }
    return buffer.withUnsafeBufferPointer { bytes in
        let pointers = offsets.map { offset in
            offset.flatMap { start in bytes.baseAddress.map { $0 + start } }
        }
        return pointers.withUnsafeBufferPointer { body($0.baseAddress) }
    }
}
