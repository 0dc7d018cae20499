/// A request in curl's configuration language, which reaches it through its
/// standard input: headers and bodies may hold secrets, and arguments are
/// visible to everybody on the machine (`man curl`, --config).
struct CurlConfiguration {
    let request: HTTPClient.Request
    let timeout: Duration

    var text: String {
        var lines = [
            "url = \(Self.quoted(request.url))", "silent", "show-error", "include", "globoff",
            "suppress-connect-headers", "no-buffer", "compressed", "proto = \"=http,https\"",
            "max-time = \(Double(max(1, timeout.milliseconds)) / 1000)",
            "user-agent = \"sluice\"", "header = \"Expect:\"",
            "write-out = \"%{stderr}\\n%{time_total} %{redirect_url}\"",
        ]
        lines.append(
            request.method == "HEAD" ? "head" : "request = \(Self.quoted(request.method))")
        lines += request.headers.map { "header = \(Self.quoted("\($0.name): \($0.value)"))" }
        if let body = request.body { lines.append("data-raw = \(Self.quoted(body))") }
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
}

/// What curl left behind.
struct CurlOutput {
    let output: BoundedProcess.Output
    let bodyLimit: Int
    let timeout: Duration

    /// curl's exit codes for a server that shows a certificate nobody vouches
    /// for, and for an answer in a protocol that was not asked for (`man curl`).
    private static let certificates: Set<Int32> = [51, 60]
    private static let timedOut: Int32 = 28

    func answer() throws(HTTPFailure) -> HTTPAnswer {
        switch output.endedFor {
        case .interrupt: throw .unanswered("stopped.")
        case .time: throw .late(timeout)
        case .output, nil: break
        }
        if output.endedFor == nil, output.status != 0 { throw failure }
        guard var answer = Self.parsed(output.stdout[...]) else {
            throw .unanswered("the answer is not HTTP.")
        }
        if answer.body.count > bodyLimit {
            answer.body.removeLast(answer.body.count - bodyLimit)
            answer.isCut = true
        }
        let facts = lines.last?.split(separator: " ", maxSplits: 1) ?? []
        answer.time = .seconds(facts.first.flatMap { Double($0) } ?? 0)
        answer.redirect = facts.count > 1 ? String(facts[1]) : nil
        return answer
    }

    private var lines: [Substring] {
        String(decoding: output.stderr, as: UTF8.self).split(
            omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    }

    private var failure: HTTPFailure {
        if output.status == Self.timedOut { return .late(timeout) }
        var words =
            lines.first { $0.hasPrefix("curl: ") }.map { String($0.dropFirst(6)) }
            ?? "curl ended with \(output.status)"
        if words.hasPrefix("("), let end = words.firstIndex(of: ")") {
            words = String(words[words.index(after: end)...].drop { $0 == " " })
        }
        if !words.hasSuffix(".") { words += "." }
        return Self.certificates.contains(output.status) ? .wrong(words) : .unanswered(words)
    }

    /// Headers and body, behind interim answers such as “100 Continue”.
    private static func parsed(_ bytes: ArraySlice<UInt8>) -> HTTPAnswer? {
        var rest = bytes
        while rest.starts(with: Array("HTTP/".utf8)) {
            guard let end = rest.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
            let head = String(decoding: rest[..<end.lowerBound], as: UTF8.self)
                .split(separator: "\r\n")
            rest = rest[end.upperBound...]
            guard let words = head.first?.split(separator: " "), words.count > 1,
                let status = Int(words[1])
            else { return nil }
            if (100...199).contains(status), status != 101 { continue }
            return HTTPAnswer(
                status: status, headers: head.dropFirst().compactMap(header), body: Array(rest),
                isCut: false, redirect: nil, time: .zero)
        }
        return nil
    }

    private static func header(_ line: Substring) -> (name: String, value: String)? {
        guard let colon = line.firstIndex(of: ":") else { return nil }
        let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
        return (String(line[..<colon]), String(value))
    }
}
