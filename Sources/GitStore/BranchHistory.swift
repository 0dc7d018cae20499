/// What happened to every migration folder along a branch, up to one commit.
///
/// A fold over ``FirstParentLine``: steps go in oldest first, and the value can
/// be kept and continued from where it stopped.
struct BranchHistory {
    /// What is remembered of one folder name.
    struct Record: Hashable {
        /// The first script that ever came under this name.
        let original: ObjectID
        /// The script now; `nil` when the folder is gone.
        var current: ObjectID?
        /// How the folder came, the last time it did.
        var arrival: Arrival
        /// The edits that lead from the original to the current script.
        var edits: [Event] = []
        /// How it went away; `nil` while it is there.
        var departure: Event?
    }

    struct Event: Hashable {
        let kind: FolderChange.Kind
        let newName: String?
        let from: ObjectID
        let to: ObjectID?
        var arrival: Arrival
    }

    /// A change of the line, first known by its step only, later explained.
    enum Arrival: Hashable {
        case step(Int)
        case explained(Provenance)
    }

    var records: [String: Record] = [:]

    /// Takes in what one step changed. `index` stands for the step until
    /// ``explain(_:)`` is called.
    mutating func apply(
        _ changes: [ScriptChange], step index: Int, renames: [String: String]
    ) {
        // First what goes: a name that only changes the encoding of an accent is
        // the same name here, and stays.
        for change in changes where change.new == nil {
            guard let old = change.old else { continue }
            let newName = renames[change.folder]
            records[change.folder]?.current = nil
            records[change.folder]?.departure = Event(
                kind: newName == nil ? .removed : .renamed, newName: newName, from: old, to: nil,
                arrival: .step(index))
        }
        for change in changes {
            guard let new = change.new else { continue }
            arrive(change.folder, script: new, step: index)
        }
    }

    private mutating func arrive(_ folder: String, script: ObjectID, step: Int) {
        guard var record = records[folder] else {
            records[folder] = Record(original: script, current: script, arrival: .step(step))
            return
        }
        if record.current == nil { record.arrival = .step(step) }
        if script == record.original {
            record.edits = []
        } else if script != record.edits.last?.to {
            record.edits.append(
                Event(
                    kind: .edited, newName: nil, from: record.edits.last?.to ?? record.original,
                    to: script, arrival: .step(step)))
        }
        record.current = script
        record.departure = nil
        records[folder] = record
    }

    /// Pairs folders that went away with folders that came in the same step with
    /// the same script.
    ///
    /// `fingerprint` gives the same text for scripts that differ in line endings
    /// only; it is asked only where the blobs differ.
    static func renames(
        in changes: [ScriptChange], fingerprint: (ObjectID) throws(GitError) -> SHA256Value
    ) throws(GitError) -> [String: String] {
        let gone = changes.filter { $0.new == nil }
        var come = changes.filter { $0.old == nil }
        var renames: [String: String] = [:]
        var unmatched: [ScriptChange] = []
        for old in gone {
            guard let index = come.firstIndex(where: { $0.new == old.old }) else {
                unmatched.append(old)
                continue
            }
            renames[old.folder] = come.remove(at: index).folder
        }
        guard !unmatched.isEmpty, !come.isEmpty else { return renames }
        var arrivals: [SHA256Value: [String]] = [:]
        for new in come.reversed() {
            guard let script = new.new else { continue }
            arrivals[try fingerprint(script), default: []].append(new.folder)
        }
        for old in unmatched {
            guard let script = old.old else { continue }
            renames[old.folder] = arrivals[try fingerprint(script)]?.popLast()
        }
        return renames
    }
}
