/// The actions of a plan, each compiled shortly before it is sent: all of them
/// together would hold every script a second time.
///
/// They are counted through from 0, whether compiled or not.
struct ActionQueue {
    private let compiler: ActionCompiler
    let migrations: [PlannedMigration]
    /// What is compiled and not yet done, and the number of its first.
    private var window: [Action] = []
    private var first = 0
    private var nextMigration = 0

    init(_ migrations: [PlannedMigration], _ compiler: ActionCompiler) {
        self.migrations = migrations
        self.compiler = compiler
    }

    /// Compiles as far as this action.
    ///
    /// - Returns: whether there are so many.
    mutating func reaches(_ index: Int) -> Bool {
        while index >= held.upperBound, nextMigration < migrations.count {
            window += compiler.actions(of: migrations, at: nextMigration)
            nextMigration += 1
        }
        return index < held.upperBound
    }

    /// The numbers of the actions that are held in memory.
    var held: Range<Int> { first..<first + window.count }

    /// An action that was reached and is not forgotten.
    subscript(index: Int) -> Action { window[index - first] }

    /// Lets go of what is done.
    mutating func forget(before index: Int) {
        guard index > first else { return }
        window.removeFirst(min(index - first, window.count))
        first = index
    }
}
