import Foundation
import GitStore

/// The `smoke` folders of the migrations a hotfix undoes. Their checks ask for what
/// goes, so they go with it.
struct UndoneChecks {
    /// From the root of the repository.
    let folders: [String]
    private let files: [String: [UInt8]]

    /// - Throws: `GitError` when the commit cannot be read.
    init(
        of migrations: [Migration], in path: String, _ repository: GitRepository,
        at commit: ObjectID
    ) throws {
        let names = Set(migrations.map(\.name))
        let companions = try repository.companionFiles(
            in: Workspace.smokeFolder, of: path, at: commit
        ).filter { names.contains($0.folder) }
        func folder(_ file: CompanionFile) -> String {
            "\(path)/\(file.folder)/\(Workspace.smokeFolder)"
        }
        folders = Set(companions.map(folder)).sorted()
        files = Dictionary(
            companions.map { ("\(folder($0))/\($0.name)", $0.contents) },
            uniquingKeysWith: { first, _ in first })
    }

    /// Removes them from a work tree, except what nobody has committed.
    ///
    /// - Returns: the folders that something was removed from, and what stays, as notes.
    /// - Throws: ``ReleaseError`` for a file that cannot be removed.
    func remove(from tree: String) throws -> (folders: [String], notes: [String]) {
        var removed: Set<String> = []
        var notes: [String] = []
        for (path, committed) in files.sorted(by: { $0.key < $1.key }) {
            let folder = String(path.prefix(upTo: path.lastIndex(of: "/") ?? path.endIndex))
            guard let present = Workspace.contents(of: "\(tree)/\(path)") else { continue }
            guard present == committed else {
                notes.append("\(path) stays: it has changes that are not committed.")
                continue
            }
            do {
                try FileManager.default.removeItem(atPath: "\(tree)/\(path)")
            } catch {
                throw ReleaseError(
                    .failed, "\(path) cannot be removed: \(error.localizedDescription)")
            }
            removed.insert(folder)
        }
        // Git knows no empty folders.
        for folder in removed where Self.isEmpty("\(tree)/\(folder)") {
            try? FileManager.default.removeItem(atPath: "\(tree)/\(folder)")
        }
        return (removed.sorted(), notes)
    }

    private static func isEmpty(_ folder: String) -> Bool {
        (try? FileManager.default.contentsOfDirectory(atPath: folder))?.isEmpty ?? false
    }
}
