import Dispatch
import Synchronization

/// Does two pieces of blocking work at once: one on a Dispatch thread, one here.
///
/// - Returns: both results, once both are there.
/// - Throws: what either throws; the first one's error first.
func sideBySide<Aside: Sendable, Here>(
    _ aside: @escaping @Sendable () throws -> Aside, _ here: () throws -> Here
) throws -> (Aside, Here) {
    let outcome = Outcome<Aside>()
    let group = DispatchGroup()
    DispatchQueue(label: "sluice.aside").async(group: group) {
        let result = Result { try aside() }
        outcome.value.withLock { $0 = result }
    }
    let mine = Result { try here() }
    group.wait()
    guard let other = outcome.value.withLock({ $0 }) else { throw CancellationError() }
    return (try other.get(), try mine.get())
}

private final class Outcome<Value: Sendable>: Sendable {
    let value = Mutex<Result<Value, any Error>?>(nil)
}
