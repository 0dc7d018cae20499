import Foundation

/// Makes one request and judges the answer.
///
/// The request is made by the program `curl`: it verifies TLS by the system's
/// certificates, bounds time and redirects, and costs nothing to those who make
/// no HTTP checks. Linking FoundationNetworking, the alternative that comes with
/// the toolchain, adds 7 ms of loading to every command, more than half of what
/// a deployment with nothing to do takes; async-http-client adds minutes of
/// building on two cores.
struct HTTPCheck {
    let request: HTTPRequest
    let expectation: HTTPExpectation
    let timeout: Duration
    /// More of a body than this is not read.
    private static let longestBody = 1 << 20

    /// Blocks until the answer is there or the time is up.
    func run(_ variables: [String: String]) -> (SmokeRun.Outcome, String) {
        do {
            return judge(try send(configuration(variables)))
        } catch {
            return (.error, masked("\(request.url.raw) could not be asked: \(error)", variables))
        }
    }

    /// curl may repeat an address, and an address may hold a secret.
    private func masked(_ text: String, _ variables: [String: String]) -> String {
        request.url.references.compactMap { variables[$0] }.filter { !$0.isEmpty }.reduce(text) {
            $0.replacing($1, with: "***")
        }
    }

    /// The request in curl's configuration language, which reaches it through
    /// its standard input: headers and bodies may hold secrets, and arguments
    /// are visible to everybody on the machine (`man curl`, --config).
    private func configuration(_ variables: [String: String]) throws -> String {
        let url = try request.url.resolve(variables)
        var lines = [
            "url = \(Self.quoted(url))", "request = \(Self.quoted(request.method))",
            "max-time = \(Double(timeout.milliseconds) / 1000)", "silent", "show-error",
            "max-redirs = 5", "proto = \"=http,https\"", "no-buffer", "globoff",
            "write-out = \"\\n%{http_code}\"",
        ]
        // Where a redirection is expected, it is the answer.
        if !(300...399).contains(expectation.status) { lines.append("location") }
        for (name, value) in request.headers.sorted(by: { $0.key < $1.key }) {
            lines.append("header = \(Self.quoted("\(name): \(try value.resolve(variables))"))")
        }
        if let body = request.body {
            lines.append("data-raw = \(Self.quoted(try body.resolve(variables)))")
        }
        if request.method == "HEAD" { lines.append("head") }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    private struct Answer {
        var status: Int
        var body: String
    }

    /// Why there is no answer.
    private struct NoAnswer: Error, CustomStringConvertible {
        var description: String
    }

    private func send(_ configuration: String) throws -> Answer {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["curl", "--disable", "--config", "-"]
        let (input, output, errors) = (Pipe(), Pipe(), Pipe())
        (process.standardInput, process.standardOutput, process.standardError) = (
            input, output, errors
        )
        try process.run()
        try? input.fileHandleForWriting.write(contentsOf: Data(configuration.utf8))
        try? input.fileHandleForWriting.close()
        let text = try Self.read(output.fileHandleForReading, process)
        let complaint = String(
            decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return try answer(text, complaint, process.terminationStatus)
    }

    /// Reads to the end, or ends a server that never stops talking.
    private static func read(_ handle: FileHandle, _ process: Process) throws -> String {
        var data = Data()
        while let part = try handle.read(upToCount: 65_536), !part.isEmpty {
            data.append(part)
            if data.count > longestBody {
                process.terminate()
                throw NoAnswer(description: "the answer has more than \(longestBody) bytes.")
            }
        }
        return String(decoding: data, as: UTF8.self)
    }

    private func answer(_ text: String, _ complaint: String, _ status: Int32) throws -> Answer {
        if status == 127 {
            throw NoAnswer(description: "the program curl is not installed (Debian package curl).")
        }
        guard status == 0, let cut = text.lastIndex(of: "\n"),
            let code = Int(text[text.index(after: cut)...])
        else {
            let words =
                complaint.split(separator: "\n").first.map(String.init)
                ?? "curl ended with \(status)"
            throw NoAnswer(description: words.hasSuffix(".") ? words : words + ".")
        }
        return Answer(status: code, body: String(text[..<cut]))
    }

    private func judge(_ answer: Answer) -> (SmokeRun.Outcome, String) {
        guard answer.status == expectation.status else {
            return (.failed, "answered \(answer.status) instead of \(expectation.status).")
        }
        if let text = expectation.text, !answer.body.contains(text) {
            return (.failed, "answered \(answer.status) without the text “\(text)”.")
        }
        return (.passed, "answered \(answer.status)")
    }
}
