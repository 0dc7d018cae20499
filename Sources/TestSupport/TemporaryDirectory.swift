import Foundation

/// Runs `body` with the path of a new, empty directory that only this user can
/// enter, and removes it with its contents afterwards.
///
/// - Parameters:
///   - name: a part of the directory's name.
///   - base: where it is made; the folder for temporary files when `nil`.
///   - body: gets the absolute path.
/// - Returns: what `body` returns.
/// - Throws: what `body` throws, or that the directory cannot be made.
public func withTemporaryDirectory<Result>(
    named name: String = "test", in base: String? = nil,
    _ body: (String) async throws -> Result
) async throws -> Result {
    let folder = base ?? FileManager.default.temporaryDirectory.path
    let path = "\(folder)/sluice-\(name)-\(RandomName.make())"
    try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: false,
        attributes: [.posixPermissions: 0o700])
    defer { remove(path) }
    return try await body(path)
}

/// Removes a directory in which a process of a failed test may still be busy.
private func remove(_ path: String) {
    for _ in 1...3 where FileManager.default.fileExists(atPath: path) {
        try? FileManager.default.removeItem(atPath: path)
    }
}

/// Names that no other test, run or process uses.
enum RandomName {
    static func make() -> String {
        String(UInt64.random(in: .min ... .max), radix: 36)
    }
}
