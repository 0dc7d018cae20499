import Foundation
import Glibc

/// Processes known by a mark in their environment, which they hand on to whatever they start:
/// `setsid` and a second fork leave the process group, but not the mark.
struct MarkedProcesses {
    /// The variable and its value.
    let mark: String

    static let variable = "SLUICE_PROCESS"

    /// A mark that nothing else has.
    static func make() -> MarkedProcesses { MarkedProcesses(mark: "\(variable)=\(UUID4.make())") }

    var value: String { String(mark.dropFirst(Self.variable.count + 1)) }

    /// Ends them all, and what they start meanwhile. Other users' processes cannot be read, and
    /// so are not ours.
    func end() {
        // Whoever forks while being looked for is found in the next round.
        for _ in 0..<8 {
            let found = running()
            if found.isEmpty { return }
            for process in found { kill(process, SIGKILL) }
        }
    }

    private func running() -> [pid_t] {
        let wanted = Array(mark.utf8)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.filter { process in
            process != getpid()
                && Self.environment(of: process).contains { $0.elementsEqual(wanted) }
        }
    }

    /// One that has ended has no environment any more.
    private static func environment(of process: pid_t) -> [ArraySlice<UInt8>] {
        (Workspace.contents(of: "/proc/\(process)/environ") ?? []).split(separator: 0)
    }
}
