import Foundation
import Glibc

/// The real Prometheus, which asks one page of metrics several times a second.
public final class PrometheusServer: Sendable {
    /// Where Debian's package puts the program.
    public static var program: String? {
        ["/usr/bin/prometheus", "/usr/local/bin/prometheus"].first { access($0, X_OK) == 0 }
    }

    /// Its address.
    public let url: String
    private let process: RunningProcess

    private init(url: String, _ process: RunningProcess) {
        self.url = url
        self.process = process
    }

    /// Starts it on a free port of loopback and waits until it listens.
    ///
    /// - Parameters:
    ///   - directory: an existing one for its configuration and its data.
    ///   - port: of the page `/metrics` that it asks, on loopback.
    /// - Returns: the running server.
    /// - Throws: ``ProcessRunner/Failure`` when it does not start.
    public static func start(in directory: String, scraping port: UInt16) async throws
        -> PrometheusServer
    {
        guard let program else {
            throw ProcessRunner.Failure(description: "prometheus is not installed.")
        }
        try """
        global: { scrape_interval: 200ms, scrape_timeout: 200ms }
        scrape_configs:
          - job_name: application
            static_configs: [ { targets: ["127.0.0.1:\(port)"] } ]
        """.write(toFile: "\(directory)/prometheus.yml", atomically: true, encoding: .utf8)
        // Its log, which tells the port, goes to stderr.
        let process = try ProcessRunner.start(
            "/bin/sh",
            [
                "-c", "exec \"$@\" 2>&1", "sh", program,
                "--config.file=\(directory)/prometheus.yml",
                "--storage.tsdb.path=\(directory)/data",
                "--web.listen-address=127.0.0.1:0",
            ], directory: directory, timeout: 600)
        let log = try await process.waitForOutput(atMost: 60) {
            $0.contains("Listening on") && $0.contains("ready to receive web requests")
        }
        let address = log?.split(separator: "\n").first { $0.contains("Listening on") }?
            .split(separator: " ").first { $0.hasPrefix("address=127") }?.dropFirst(
                "address=".count)
        guard let address else {
            process.kill()
            throw ProcessRunner.Failure(description: try await process.wait().stdout)
        }
        return PrometheusServer(url: "http://\(address)", process)
    }

    /// Ends it and waits for its end.
    public func stop() async {
        process.kill(SIGTERM)
        _ = try? await process.wait()
    }
}
