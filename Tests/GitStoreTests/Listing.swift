import GitStore
import TestSupport

extension GitFixture {
    /// The listing of a branch through a repository opened for it.
    func listing(
        _ branch: String = "main", path: String = "prisma/migrations", at folder: String? = nil
    ) throws -> MigrationListing {
        let repository = try GitRepository(discovering: folder ?? self.path)
        return try repository.migrations(
            in: path, at: repository.branch(named: branch).commit)
    }

    /// Writes and commits one file whose bytes need not be text.
    func commitBytes(_ bytes: [UInt8], to file: String) throws {
        try write(bytes, to: file)
        try commit("bytes in \(file)")
    }
}

extension MigrationListing {
    func folder(_ name: String) -> MigrationFolder? {
        folders.first { $0.name == name }
    }

    var names: [String] { folders.map(\.name) }
    var problemKinds: [ListingProblem.Kind] { problems.map(\.kind) }
}
