import Foundation
import GitStore

/// Puts sluice's hooks where Git looks for them. A hook of somebody else is never
/// overwritten.
public struct HookInstaller {
    let workspace: Workspace

    public init(_ workspace: Workspace) {
        self.workspace = workspace
    }

    /// What became of one hook.
    public struct Result: Sendable, Hashable {
        public enum Outcome: Sendable, Hashable {
            case installed
            /// An older text of ours was replaced.
            case updated
            case unchanged
            /// Somebody else's hook is there and was left alone.
            case foreign
        }

        public var hook: HookScript
        public var path: String
        public var outcome: Outcome
    }

    /// Installs the hooks that are of use in this repository.
    ///
    /// - Throws: ``ReleaseError`` without a repository or where the folder cannot
    ///   be written.
    public func install() throws -> [Result] {
        guard let repository = workspace.repository else {
            throw ReleaseError(.usage, "hooks need a repository, and --migrations reads none.")
        }
        let folder = repository.hooksDirectory
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            return try HookScript.useful(inBareRepository: repository.isBare).map {
                try install($0, in: folder)
            }
        } catch {
            throw ReleaseError(
                .failed, "the hooks cannot be written to \(folder): \(error.localizedDescription)")
        }
    }

    private func install(_ hook: HookScript, in folder: String) throws -> Result {
        let path = folder.hasSuffix("/") ? folder + hook.rawValue : "\(folder)/\(hook.rawValue)"
        let existing = Workspace.contents(of: path).map { String(decoding: $0, as: UTF8.self) }
        if existing == hook.text { return Result(hook: hook, path: path, outcome: .unchanged) }
        if let existing, !existing.contains(Self.signature) {
            return Result(hook: hook, path: path, outcome: .foreign)
        }
        try Data(hook.text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return Result(hook: hook, path: path, outcome: existing == nil ? .installed : .updated)
    }

    /// By which a text of ours is known, whatever its version.
    private static let signature = "# Installed by “sluice init --hooks”"
}
