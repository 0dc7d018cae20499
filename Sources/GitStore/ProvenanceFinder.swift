/// Turns steps of the first-parent line into commits, authors and merges.
final class ProvenanceFinder {
    /// One thing to be explained.
    struct Key: Hashable {
        let step: Int
        let folder: String
        let question: OriginSearch.Question
    }

    typealias Wanted = Set<Key>

    private let repository: GitRepository
    private let steps: [FirstParentLine.Step]
    private let search: OriginSearch
    private var summaries: [ObjectID: CommitSummary] = [:]

    init(repository: GitRepository, steps: [FirstParentLine.Step], search: OriginSearch) {
        self.repository = repository
        self.steps = steps
        self.search = search
    }

    /// All folders of one step are searched for together: a merge that carries
    /// many costs hardly more than one that carries one.
    func find(_ wanted: Wanted) throws(GitError) -> [Key: Provenance] {
        var answers: [Key: Provenance] = [:]
        // In the order of the line, so that neighbouring trees are read together.
        for (index, keys) in Dictionary(grouping: wanted, by: \.step).sorted(by: { $0.key < $1.key }
        ) {
            let step = steps[index]
            for (question, keys) in Dictionary(grouping: keys, by: \.question) {
                let origins =
                    step.isMerge
                    ? try search.origins(
                        of: Set(keys.map(\.folder)), in: step.commit, asking: question) : [:]
                for key in keys {
                    answers[key] = try provenance(of: step, origin: origins[key.folder])
                }
            }
        }
        return answers
    }

    private func provenance(
        of step: FirstParentLine.Step, origin: OriginSearch.Origin?
    ) throws(GitError) -> Provenance {
        let carrier = try summary(step.commit)
        guard let origin else {
            return Provenance(
                commit: carrier, merge: step.isMerge ? carrier : nil, isExact: !step.isBoundary)
        }
        return Provenance(
            commit: try summary(origin.commit), merge: carrier, isExact: origin.isExact)
    }

    private func summary(_ id: ObjectID) throws(GitError) -> CommitSummary {
        if let known = summaries[id] { return known }
        let summary = try CommitSummary(repository.commitHandle(id))
        summaries[id] = summary
        return summary
    }
}
