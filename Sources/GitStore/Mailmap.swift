import CGit2

/// A `.mailmap`: which names and addresses are one person.
public final class Mailmap {
    private let map: Map?

    /// libgit2's object, which an optional property of its own kind could not lend out.
    private final class Map {
        let handle: GitHandle

        init(_ handle: consuming GitHandle) {
            self.handle = handle
        }
    }

    /// Reads the contents of a `.mailmap`; without any, everybody is who they say they are.
    ///
    /// Throws ``GitError`` when libgit2 cannot take it.
    public init(_ contents: [UInt8]?) throws(GitError) {
        GitLibrary.start()
        guard let contents else {
            map = nil
            return
        }
        let handle = try GitHandle("git_mailmap_from_buffer", release: git_mailmap_free) { out in
            contents.withUnsafeBufferPointer { buffer in
                buffer.withMemoryRebound(to: CChar.self) {
                    git_mailmap_from_buffer(out, $0.baseAddress, $0.count)
                }
            }
        }
        map = Map(handle)
    }

    /// The name and address somebody goes by.
    public func resolve(name: String, email: String) -> (name: String, email: String) {
        guard let pointer = map?.handle.pointer else { return (name, email) }
        var realName: UnsafePointer<CChar>?
        var realEmail: UnsafePointer<CChar>?
        // What comes back may point into what was given, so that both are copied within.
        return name.withCString { name in
            email.withCString { email in
                guard git_mailmap_resolve(&realName, &realEmail, pointer, name, email) == 0,
                    let realName, let realEmail
                else { return (String(cString: name), String(cString: email)) }
                return (String(cString: realName), String(cString: realEmail))
            }
        }
    }
}
