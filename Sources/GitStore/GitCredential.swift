import CGit2

/// What proves to a remote who asks. Never printed.
public enum GitCredential: Sendable {
    /// A key of the running `ssh-agent`.
    case sshAgent(user: String)
    /// A private key in a file; one with a passphrase belongs into an agent.
    case sshKey(user: String, path: String)
    /// A name with a password or token.
    case password(user: String, secret: String)
}

/// What a remote asks for.
public struct GitCredentialQuestion: Sendable {
    /// The address, without secrets.
    public let url: String
    /// The account that the address names.
    public let user: String?
    /// Whether a key is wanted, else a password.
    public let wantsKey: Bool
    /// How often it was asked before, since an answer may be wrong.
    public let attempt: Int
}

/// Answers what remotes ask; `nil` for having no further answer.
public typealias GitCredentialSource = @Sendable (GitCredentialQuestion) -> GitCredential?

/// Carries the answers through libgit2's callback, for the length of one fetch.
final class CredentialConversation {
    private let source: GitCredentialSource
    private let url: String
    private var attempts = 0
    /// More answers than anybody has keys.
    private static let mostAttempts = 12

    init(_ source: @escaping GitCredentialSource, url: String) {
        self.source = source
        self.url = url
    }

    /// - Returns: libgit2's status; `GIT_EAUTH` when there is no answer left.
    func answer(
        _ out: UnsafeMutablePointer<UnsafeMutablePointer<git_credential>?>, user: String?,
        allowed: UInt32
    ) -> Int32 {
        if allowed & GIT_CREDENTIAL_USERNAME.rawValue != 0 {
            return git_credential_username_new(out, user ?? "git")
        }
        let question = GitCredentialQuestion(
            url: url, user: user,
            wantsKey: allowed & GIT_CREDENTIAL_SSH_KEY.rawValue != 0, attempt: attempts)
        attempts += 1
        guard attempts <= Self.mostAttempts, let credential = source(question) else {
            return GIT_EAUTH.rawValue
        }
        switch credential {
        case .sshAgent(let user): return git_credential_ssh_key_from_agent(out, user)
        case .sshKey(let user, let path):
            return git_credential_ssh_key_new(out, user, nil, path, nil)
        case .password(let user, let secret):
            return git_credential_userpass_plaintext_new(out, user, secret)
        }
    }
}
