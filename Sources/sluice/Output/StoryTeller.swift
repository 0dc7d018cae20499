import Foundation
import ReleaseCore
import Synchronization

/// Prints a deployment's events as they come: lasting ones as lines, passing
/// ones as one live line on a terminal.
final class StoryTeller: Sendable {
    private struct State {
        /// Whether a live line stands on the terminal now.
        var isLive = false
        /// The process last named as standing in the way, where lines last.
        var blocker: Int?
    }

    private let console: Console
    private let text: DeploymentText
    private let isTerminal = isatty(STDOUT_FILENO) == 1
    private let state = Mutex(State())

    init(console: Console) {
        self.console = console
        text = DeploymentText(console: console)
    }

    /// Called from the thread that deploys and the one that watches it.
    func tell(_ event: DeploymentEvent) {
        guard console.tellsStory, let line = text.line(for: event) else { return }
        state.withLock { state in
            switch event {
            case .blocked(let blocker):
                passing(line, isNews: state.blocker != blocker.process, &state)
                state.blocker = blocker.process
            case .progress: passing(line, isNews: false, &state)
            case .checking(let finished, let count):
                // The results themselves follow.
                if finished < count { passing(line, isNews: false, &state) } else { wipe(&state) }
            default: lasting(line, &state)
            }
        }
    }

    private func lasting(_ line: String, _ state: inout State) {
        console.line((state.isLive ? Self.wipe : "") + line)
        state.isLive = false
    }

    private func wipe(_ state: inout State) {
        if state.isLive { Console.write(Self.wipe, to: STDOUT_FILENO) }
        state.isLive = false
    }

    /// Elsewhere than on a terminal only news gets a line.
    private func passing(_ line: String, isNews: Bool, _ state: inout State) {
        if isTerminal {
            Console.write(Self.wipe + line, to: STDOUT_FILENO)
            state.isLive = true
        } else if isNews {
            console.line(line)
        }
    }

    /// Back to the start of the line, which is then empty.
    private static let wipe = "\r\u{1B}[2K"
}
