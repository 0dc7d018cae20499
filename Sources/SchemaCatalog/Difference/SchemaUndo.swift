/// What a schema becomes when a change that lies further back is taken out of it.
///
/// A three-way merge: what the change did is turned around where the schema still
/// is as the change left it; what happened since stays.
public struct SchemaUndo: Sendable {
    /// The schema to arrive at.
    public let target: SchemaSnapshot
    /// What is undone already, by something that came later.
    public let settled: [SchemaChange]
    /// What cannot be turned around: something else happened to the object since,
    /// or an object stands in the way.
    public let unreached: [SchemaChange]
    /// For objects that must stay, or cannot return, the object in their way.
    public let obstacles: [SchemaObjectID: SchemaObjectID]
    /// Objects made later that go because what they belong to goes.
    public let takenAlong: [SchemaObjectID]

    /// - Parameters:
    ///   - before: the schema in front of the change.
    ///   - after: the schema behind it.
    ///   - now: the schema as it is today.
    public init(before: SchemaSnapshot, after: SchemaSnapshot, now: SchemaSnapshot) {
        let back = SchemaDifference(from: after, to: before)
        var merge = SchemaMerge(before: before, after: after, now: now)
        var outcomes: [SchemaChange: SchemaMerge.Outcome] = [:]
        let definitions = back.changes.filter { $0.aspect == .definition }
        for change in definitions { outcomes[change] = merge.definition(change.object) }
        merge.closeGaps(definitions.map(\.object))
        for change in back.changes where change.aspect != .definition {
            outcomes[change] = merge.attribute(change)
        }
        target = merge.finished()
        obstacles = merge.obstacles
        takenAlong = merge.takenAlong.sorted()
        settled = back.filter { outcomes[$0] == .settled }.essentials
        let (goal, kept) = (before, merge.kept)
        unreached =
            back.filter { change in
                outcomes[change] == .overtaken
                    || change.aspect == .definition && kept.contains(change.object)
                        && now.objects[change.object] != goal.objects[change.object]
            }.essentials
    }
}
