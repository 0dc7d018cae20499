extension GitRepository {
    /// Every migration at a commit, with what its branch did to it.
    ///
    /// Follows the first-parent line of `tip` to the root. Results are kept
    /// under the common Git directory, so that a second call reads one file and
    /// a call for a newer commit reads only what came after; a cache that is
    /// damaged or cannot be written is silently done without. When the folder
    /// was moved as a whole, its migrations came with the move.
    ///
    /// A path that does not exist or is no folder gives a listing with
    /// `pathExists` false and a problem. Throws ``GitError`` when objects are
    /// missing or the path leads out of the repository.
    public func migrations(in path: String, at tip: ObjectID) throws -> MigrationListing {
        let path = try RepositoryPath(path)
        let shallow = ShallowBoundary(commonDirectory: commonDirectory)
        let cache = ListingCache(
            directory: "\(commonDirectory)sluice", path: path, shallow: shallow)
        if let cached = cache.load(tip) { return cached.listing }
        let reading = ListingReading(repository: self, path: path, shallow: shallow)
        let result = try reading.read(tip, continuing: cache)
        cache.store(result)
        return result.listing
    }
}
