import Foundation
import TestSupport

/// Chooses where to break a conversation that was recorded.
struct FaultPoints {
    var messages: [CuttingProxyMessage]

    /// Before every message, inside every message, and behind the last ones.
    var all: [CuttingProxyPoint] {
        CuttingProxyDirection.allCases.flatMap { direction in
            let lengths = messages.filter { $0.direction == direction }.map(\.length)
            let points = lengths.enumerated().flatMap { number, length in
                // The whole header and nothing else is a place of its own.
                Set([0, 5, length / 2]).filter { $0 < length }.sorted().map {
                    CuttingProxyPoint(direction, message: number, byte: $0)
                }
            }
            return points + [
                CuttingProxyPoint(
                    direction, message: max(0, lengths.count - 1), byte: lengths.last ?? 0)
            ]
        }
    }

    /// All of them where `SLUICE_FULL` is set, else about this many: everything
    /// the client says first, since that is what has effects, and an even
    /// spread of what the server answers.
    func some(_ count: Int, client share: Double = 0.5) -> [CuttingProxyPoint] {
        guard ProcessInfo.processInfo.environment["SLUICE_FULL"] == nil else { return all }
        return CuttingProxyDirection.allCases.flatMap { direction in
            let points = all.filter { $0.direction == direction }
            let part = direction == .toServer ? share : 1 - share
            return Self.spread(points, Int(Double(count) * part))
        }
    }

    private static func spread(_ points: [CuttingProxyPoint], _ count: Int) -> [CuttingProxyPoint] {
        guard points.count > count, count > 1 else { return points }
        return (0..<count).map { points[$0 * (points.count - 1) / (count - 1)] }
    }
}

/// Runs a test's body for many values, a few at a time.
func forEach<Value: Sendable>(
    _ values: [Value], atOnce width: Int, _ body: @escaping @Sendable (Value) async throws -> Void
) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        var rest = values[...]
        for value in rest.prefix(width) { group.addTask { try await body(value) } }
        rest = rest.dropFirst(width)
        while try await group.next() != nil {
            guard let value = rest.popFirst() else { continue }
            group.addTask { try await body(value) }
        }
    }
}
