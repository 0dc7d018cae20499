import Foundation
import ReleaseCore

/// What this process was started with: the only place that reads the
/// process's environment.
struct ProcessContext {
    static let current = ProcessContext()

    let variables = ProcessInfo.processInfo.environment

    /// Who runs this: the person the CI system or the server of a push names, or
    /// the account.
    var actor: String {
        let ci = [
            "GITHUB_ACTOR", "GITLAB_USER_LOGIN", "BUILDKITE_BUILD_CREATOR", "GL_USERNAME",
            "GITEA_PUSHER_NAME", "REMOTE_USER",
        ]
        if let name = ci.lazy.compactMap({ variables[$0] }).first(where: { !$0.isEmpty }) {
            return name
        }
        return "\(NSUserName())@\(ProcessInfo.processInfo.hostName)"
    }

    /// Who commits and approves: by the variables that Git itself reads, or the
    /// person the CI system names.
    var author: WorkspaceOptions.Author? {
        func value(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }
        if let name = value("GIT_AUTHOR_NAME"), let email = value("GIT_AUTHOR_EMAIL") {
            return .init(name: name, email: email)
        }
        if let name = value("GITLAB_USER_NAME"), let email = value("GITLAB_USER_EMAIL") {
            return .init(name: name, email: email)
        }
        guard let login = value("GITHUB_ACTOR") else { return nil }
        let number = value("GITHUB_ACTOR_ID").map { "\($0)+" } ?? ""
        return .init(name: login, email: "\(number)\(login)@users.noreply.github.com")
    }

    /// Where kept sandboxes live. Root's must be readable by the account that
    /// runs the server, so never below its home.
    var sandboxBase: String {
        if let folder = variables["SLUICE_SANDBOX_DIR"], !folder.isEmpty { return folder }
        if getuid() == 0 { return "/var/lib/sluice" }
        if let state = variables["XDG_STATE_HOME"], !state.isEmpty { return "\(state)/sluice" }
        return "\(NSHomeDirectory())/.local/state/sluice"
    }

    /// Whether a person can be asked.
    var isInteractive: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }
}
