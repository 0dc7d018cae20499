import Foundation
import Glibc

/// `openssl s_server` with a certificate that nobody else vouches for.
public struct TLSServer: Sendable {
    /// Its address.
    public let url: String
    /// The file of the certificate.
    public let certificate: String
    private let process: RunningProcess

    /// Starts it on a free port.
    ///
    /// - Parameter folder: an existing one for its key.
    /// - Returns: the running server.
    /// - Throws: ``ProcessRunner/Failure``.
    public static func start(in folder: String) async throws -> TLSServer {
        let (key, certificate) = ("\(folder)/key.pem", "\(folder)/certificate.pem")
        let made = try await ProcessRunner.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout",
                key, "-out", certificate,
            ])
        guard made.status == 0 else { throw ProcessRunner.Failure(description: made.stderr) }
        // It prints the port it found.
        let process = try ProcessRunner.start(
            "openssl",
            [
                "s_server", "-accept", "127.0.0.1:0", "-key", key, "-cert", certificate, "-www",
            ])
        let output = try await process.waitForOutput(atMost: 60) { text in
            text.contains("ACCEPT 127.0.0.1:") && text.hasSuffix("\n")
        }
        let port = (output ?? "").split(whereSeparator: \.isNewline)
            .first { $0.hasPrefix("ACCEPT") }?.split(separator: ":").last
        guard let port else {
            process.kill()
            throw ProcessRunner.Failure(description: try await process.wait().stderr)
        }
        return TLSServer(
            url: "https://127.0.0.1:\(port)/", certificate: certificate, process: process)
    }

    /// Ends it.
    public func stop() async {
        process.kill()
        _ = try? await process.wait()
    }
}
