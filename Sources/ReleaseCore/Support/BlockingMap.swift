import Dispatch
import Synchronization

extension Collection where Self: Sendable, Element: Sendable, Index == Int {
    /// Maps with blocking work done side by side on Dispatch threads, results
    /// in order. For waits on servers: never on Swift's cooperative pool.
    ///
    /// - Parameters:
    ///   - width: how many elements are worked on at a time. Each lane is a
    ///     serial queue, which has a thread of its own: `concurrentPerform` has
    ///     one for each core, and who waits for a server needs no core.
    ///   - transform: is called once for each element.
    /// - Returns: the results, in the order of the elements.
    func concurrentMap<Result: Sendable>(
        width: Int = 16, _ transform: @escaping @Sendable (Element) -> Result
    ) -> [Result] {
        let shared = LaneState<Result>()
        let group = DispatchGroup()
        for lane in 0..<Swift.min(Swift.max(1, width), count) {
            DispatchQueue(label: "sluice.lane.\(lane)").async(group: group) {
                while let offset = shared.next(below: count) {
                    let result = transform(self[startIndex + offset])
                    shared.results.withLock { $0[offset] = result }
                }
            }
        }
        group.wait()
        let finished = shared.results.withLock { $0 }
        return (0..<count).compactMap { finished[$0] }
    }
}

/// What the lanes of a map share.
private final class LaneState<Result: Sendable>: Sendable {
    let results = Mutex<[Int: Result]>([:])
    private let taken = Atomic(0)

    /// The next element that nobody works on.
    func next(below count: Int) -> Int? {
        let offset = taken.add(1, ordering: .relaxed).oldValue
        return offset < count ? offset : nil
    }
}
