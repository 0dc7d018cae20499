import Foundation
import TestSupport

/// Git's own http-backend behind socat's TLS on a loopback port, with a certificate of an
/// authority that nobody knows; it wants a name and a password.
struct HTTPSServer {
    let process: RunningProcess
    let port: Int
    /// The authority's certificate.
    let authority: String
    static let (user, password) = ("ada", "correct horse")

    /// One request: what CGI wants to know is read from the lines of HTTP.
    private static let handler = """
        #!/bin/sh
        read -r REQUEST_METHOD target version
        CONTENT_LENGTH= CONTENT_TYPE= HTTP_CONTENT_ENCODING= authorization=
        while read -r name value && name=$(printf %s "$name" | tr -d '\\r') && [ -n "$name" ]; do
            value=$(printf %s "$value" | tr -d '\\r')
            case $(printf %s "$name" | tr A-Z a-z) in
                content-length:) CONTENT_LENGTH=$value ;;
                content-type:) CONTENT_TYPE=$value ;;
                content-encoding:) HTTP_CONTENT_ENCODING=$value ;;
                authorization:) authorization=$value ;;
            esac
        done
        if [ "$authorization" != "Basic $SECRET" ]; then
            printf 'HTTP/1.1 401 Unauthorized\\r\\nWWW-Authenticate: Basic realm="git"\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n'
            exit
        fi
        PATH_INFO=${target%%\\?*}
        QUERY_STRING=${target#"$PATH_INFO"}
        QUERY_STRING=${QUERY_STRING#\\?}
        export REQUEST_METHOD CONTENT_LENGTH CONTENT_TYPE HTTP_CONTENT_ENCODING PATH_INFO
        export QUERY_STRING GIT_HTTP_EXPORT_ALL=1 REMOTE_USER=ada
        printf 'HTTP/1.1 200 OK\\r\\nConnection: close\\r\\n'
        exec git http-backend

        """

    /// Starts it with files of its own in a folder, for the repositories below a root.
    static func start(in folder: String, root: String) async throws -> HTTPSServer {
        let script = "\(folder)/https-handler"
        try Data(handler.utf8).write(to: URL(fileURLWithPath: script))
        chmod(script, 0o755)
        for arguments in certificates(folder) {
            let made = try await ProcessRunner.run("openssl", arguments)
            guard made.status == 0 else {
                throw UnexpectedOutput(status: made.status, stdout: "", stderr: made.stderr)
            }
        }
        let port = try LoopbackPort.free()
        let secret = Data("\(user):\(password)".utf8).base64EncodedString()
        let process = try ProcessRunner.start(
            "socat",
            [
                "OPENSSL-LISTEN:\(port),bind=127.0.0.1,reuseaddr,fork,verify=0,cert=\(folder)/tls.crt,key=\(folder)/tls.key",
                "EXEC:\(script)",
            ], environment: ["SECRET": secret, "GIT_PROJECT_ROOT": root])
        return HTTPSServer(process: process, port: port, authority: "\(folder)/ca.crt")
    }

    private static func certificates(_ folder: String) -> [[String]] {
        [
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                "/CN=shop ca",
                "-keyout", "\(folder)/ca.key", "-out", "\(folder)/ca.crt",
            ],
            [
                "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-addext",
                "subjectAltName=DNS:localhost", "-keyout", "\(folder)/tls.key", "-out",
                "\(folder)/tls.csr",
            ],
            [
                "x509", "-req", "-in", "\(folder)/tls.csr", "-CA", "\(folder)/ca.crt", "-CAkey",
                "\(folder)/ca.key", "-CAcreateserial", "-days", "2", "-copy_extensions", "copyall",
                "-out", "\(folder)/tls.crt",
            ],
        ]
    }

    func url(_ name: String) -> String { "https://localhost:\(port)/\(name)" }
}
