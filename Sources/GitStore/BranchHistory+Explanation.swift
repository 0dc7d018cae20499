extension BranchHistory {
    /// Replaces every step by the commits behind it.
    mutating func explain(_ explainer: ProvenanceFinder) throws(GitError) {
        var wanted = ProvenanceFinder.Wanted()
        for (folder, record) in records {
            record.arrival.ask(folder, .presence, in: &wanted)
            record.departure?.arrival.ask(folder, .presence, in: &wanted)
            for edit in record.edits { edit.arrival.ask(folder, .contents, in: &wanted) }
        }
        let answers = try explainer.find(wanted)
        for folder in Array(records.keys) {
            guard var record = records[folder] else { continue }
            record.arrival.fill(folder, .presence, from: answers)
            record.departure?.arrival.fill(folder, .presence, from: answers)
            for index in record.edits.indices {
                record.edits[index].arrival.fill(folder, .contents, from: answers)
            }
            records[folder] = record
        }
    }
}

extension BranchHistory.Arrival {
    /// Explained, unless something went wrong before.
    var provenance: Provenance? {
        guard case .explained(let provenance) = self else { return nil }
        return provenance
    }

    fileprivate func ask(
        _ folder: String, _ question: OriginSearch.Question,
        in wanted: inout ProvenanceFinder.Wanted
    ) {
        guard case .step(let index) = self else { return }
        wanted.insert(.init(step: index, folder: folder, question: question))
    }

    fileprivate mutating func fill(
        _ folder: String, _ question: OriginSearch.Question,
        from answers: [ProvenanceFinder.Key: Provenance]
    ) {
        guard case .step(let index) = self else { return }
        let key = ProvenanceFinder.Key(step: index, folder: folder, question: question)
        if let provenance = answers[key] { self = .explained(provenance) }
    }
}
