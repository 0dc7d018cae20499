import CGit2
import Glibc

extension GitRepository {
    /// Opens the bare repository at exactly this path, making it when it is not
    /// there.
    ///
    /// Throws ``GitError`` when it can neither be opened nor made.
    public convenience init(mirrorAt path: String) throws {
        GitLibrary.start()
        _ = try GitHandle("git_repository_init", release: git_repository_free) {
            git_repository_init($0, path, 1)
        }
        try self.init(discovering: path)
    }

    /// Makes this repository's branches those of a remote, whatever they were
    /// before: moved ones move, deleted ones go. HEAD follows the remote's.
    ///
    /// The address is not written anywhere, since it may hold a secret. Hosts are
    /// checked against `known_hosts` (ssh) or the system's certificates (https).
    ///
    /// `certificates` is a file in PEM with the authorities that https servers are checked
    /// against, instead of the system's; libgit2 keeps it for the whole process.
    ///
    /// Throws ``GitError``; no message holds a secret.
    public func mirror(
        _ url: String, certificates: String? = nil,
        credentials: @escaping GitCredentialSource = { _ in nil }
    ) throws {
        let shown = Self.withoutSecrets(url)
        do throws(GitError) {
            if let certificates {
                try check(
                    sluice_git_set_ssl_certificates(certificates),
                    "reading the certificates in \(certificates)")
            }
            try fetchBranches(url, CredentialConversation(credentials, url: shown))
        } catch {
            let reason = error.message.replacing(url, with: shown)
            let advice =
                reason.lowercased().contains("hostkey")
                ? " Add the host to known_hosts after comparing its key: ssh-keyscan HOST." : ""
            throw error.explained("\(shown) cannot be fetched: \(reason)\(advice)")
        }
    }

    /// An address as it may be shown: without the part before `@` of a URL.
    public static func withoutSecrets(_ url: String) -> String {
        guard let scheme = url.firstRange(of: "://") else { return url }
        let rest = url[scheme.upperBound...]
        let host = rest.prefix { $0 != "/" }
        guard let at = host.lastIndex(of: "@") else { return url }
        return String(url[..<scheme.upperBound] + rest[rest.index(after: at)...])
    }

    private func fetchBranches(
        _ url: String, _ conversation: CredentialConversation
    ) throws(GitError) {
        let remote = try GitHandle("git_remote_create_anonymous", release: git_remote_free) {
            git_remote_create_anonymous($0, pointer, url)
        }
        var options = git_fetch_options()
        try check(
            git_fetch_options_init(&options, UInt32(GIT_FETCH_OPTIONS_VERSION)),
            "git_fetch_options_init")
        options.prune = GIT_FETCH_PRUNE
        options.update_fetchhead = 0
        options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE
        options.proxy_opts.type = GIT_PROXY_AUTO
        options.callbacks.payload = Unmanaged.passUnretained(conversation).toOpaque()
        options.callbacks.credentials = { out, _, user, allowed, payload in
            guard let out, let payload else { return GIT_EAUTH.rawValue }
            return Unmanaged<CredentialConversation>.fromOpaque(payload).takeUnretainedValue()
                .answer(out, user: user.map { String(cString: $0) }, allowed: allowed)
        }
        try check(
            Self.withReferences(["+refs/heads/*:refs/heads/*"]) {
                git_remote_fetch(remote.pointer, $0, &options, "sluice: fetch")
            }, "git_remote_fetch")
        withExtendedLifetime(conversation) {}
        followHead(of: remote)
    }

    /// A remote without any commit has no default branch, which is no failure.
    private func followHead(of remote: borrowing GitHandle) {
        var buffer = git_buf()
        defer { git_buf_dispose(&buffer) }
        guard git_remote_default_branch(&buffer, remote.pointer) == 0, let name = buffer.ptr
        else { return }
        git_repository_set_head(pointer, name)
    }

    private static func withReferences(
        _ names: [String], _ body: (UnsafePointer<git_strarray>) -> Int32
    ) -> Int32 {
        var copies: [UnsafeMutablePointer<CChar>?] = names.map { strdup($0) }
        defer { copies.forEach { free($0) } }
        return copies.withUnsafeMutableBufferPointer { strings in
            var list = git_strarray(strings: strings.baseAddress, count: strings.count)
            return body(&list)
        }
    }
}
