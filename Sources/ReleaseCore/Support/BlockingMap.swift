import Dispatch
import Synchronization

extension Collection where Self: Sendable, Element: Sendable, Index == Int {
    /// Maps with blocking work done side by side on Dispatch threads, results
    /// in order. For waits on servers: never on Swift's cooperative pool.
    func concurrentMap<Result: Sendable>(
        _ transform: @Sendable (Element) -> Result
    ) -> [Result] {
        let results = Mutex<[Int: Result]>([:])
        let start = startIndex
        DispatchQueue.concurrentPerform(iterations: count) { offset in
            let result = transform(self[start + offset])
            results.withLock { $0[offset] = result }
        }
        let finished = results.withLock { $0 }
        return (0..<count).compactMap { finished[$0] }
    }
}
