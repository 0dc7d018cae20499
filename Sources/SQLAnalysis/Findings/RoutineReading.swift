/// What the code of a function does that a database has, as far as it can be read.
public struct RoutineReading: Sendable, Hashable {
    /// What it takes away, such as `deletes rows of jobs`; nil where it takes nothing away.
    public let harm: String?
    /// What it calls, which may do more.
    public let calls: [ObjectName]

    /// Reads the code.
    ///
    /// - Parameters:
    ///   - source: `prosrc` of `pg_proc`.
    ///   - language: its name.
    public init(source: String, language: String) {
        var schema = KnownSchema()
        var harm: String?
        var calls: [ObjectName] = []
        for effect in RoutineBody(source: source, language: language).effects {
            for subject in LossReader(schema: schema).subjects(of: effect) {
                if case .call(let name) = subject {
                    calls.append(name)
                } else if case .unreadable(let reason) = effect {
                    harm = harm ?? "may take something away: \(reason)"
                } else {
                    harm = harm ?? effect.harm
                }
            }
            schema.apply(effect)
        }
        self.harm = harm
        self.calls = calls
    }
}
