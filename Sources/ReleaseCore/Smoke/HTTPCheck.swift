/// Makes one request and judges the answer.
struct HTTPCheck {
    let request: HTTPRequest
    let expectation: HTTPExpectation
    let client: HTTPClient
    let variables: [String: String]
    /// What earlier steps of a scenario have kept.
    var captured: [String: String] = [:]

    /// How much of a body can be shown at all, in bytes.
    private static let longestExcerpt = 8192

    /// Blocks until the answer is there or the time is up.
    func run(_ timeout: Duration) -> (result: CheckResult, answer: HTTPAnswer?) {
        do {
            let answer = try client.send(try resolved(), timeout: timeout)
            return (judge(answer), answer)
        } catch let failure as HTTPFailure {
            switch failure {
            case .unanswered(let why):
                return (CheckResult(.error, "\(request.url.raw) could not be asked: \(why)"), nil)
            case .wrong(let why): return (CheckResult(.failed, "\(request.url.raw): \(why)"), nil)
            }
        } catch {
            return (CheckResult(.error, "\(request.url.raw) could not be asked: \(error)"), nil)
        }
    }

    /// The request with every reference replaced.
    private func resolved() throws -> HTTPClient.Request {
        let redirects =
            request.redirects ?? (expectation.wantsRedirection ? 0 : HTTPRequest.usualRedirects)
        return HTTPClient.Request(
            method: request.method,
            url: try CaptureText.url(request.url.resolve(variables), captured),
            headers: try headers(), body: try request.body.map(body), redirects: redirects,
            bodyLimit: request.bodyLimit)
    }

    private func headers() throws -> [HTTPClient.Header] {
        var headers = try request.headers.sorted { $0.key < $1.key }.map { name, value in
            HTTPClient.Header(
                name: name, value: try CaptureText.header(value.resolve(variables), captured),
                isSecret: !value.references.isEmpty || !CaptureText.names(in: value.raw).isEmpty
                    || ["authorization", "cookie"].contains(name.lowercased()))
        }
        // What curl would say instead is that it is a form.
        if let body = request.body, CaptureText.isJSON(body.raw),
            !headers.contains(where: { $0.name.lowercased() == "content-type" })
        {
            headers.append(.init(name: "Content-Type", value: "application/json", isSecret: false))
        }
        return headers
    }

    private func body(_ template: Template) throws -> String {
        let isJSON = CaptureText.isJSON(template.raw)
        let text = try template.resolve(variables) { isJSON ? JSONText.escaped($0) : $0 }
        return CaptureText.body(text, captured)
    }

    private func judge(_ answer: HTTPAnswer) -> CheckResult {
        let wrong =
            statusMistake(answer) ?? timeMistake(answer) ?? headerMistake(answer)
            ?? jsonMistake(answer) ?? textMistake(answer)
        return wrong ?? CheckResult(.passed, "answered \(answer.status)")
    }

    private func statusMistake(_ answer: HTTPAnswer) -> CheckResult? {
        guard !expectation.status.contains(where: { $0.contains(answer.status) }) else {
            return nil
        }
        return failed(answer, "answered \(answer.status) instead of \(expectation.statusText)")
    }

    private func timeMistake(_ answer: HTTPAnswer) -> CheckResult? {
        guard let limit = expectation.within, answer.time > limit else { return nil }
        return CheckResult(
            .failed,
            "answered \(answer.status) after \(DurationText.describe(answer.time)) instead of within \(DurationText.describe(limit))."
        )
    }

    private func headerMistake(_ answer: HTTPAnswer) -> CheckResult? {
        for (name, wanted) in expectation.headers.sorted(by: { $0.key < $1.key }) {
            let wanted = CaptureText.plain(wanted, captured)
            guard let value = answer.header(name) else {
                return CheckResult(.failed, "answered \(answer.status) without the header \(name).")
            }
            guard value != wanted else { continue }
            return CheckResult(
                .failed, "answered with \(name): \(Self.excerpt(value)) instead of \(wanted).")
        }
        return nil
    }

    private func jsonMistake(_ answer: HTTPAnswer) -> CheckResult? {
        guard !expectation.json.isEmpty else { return nil }
        if answer.isCut { return tooLong(answer, "it was not read as JSON") }
        guard let root = answer.json else {
            return failed(answer, "answered \(answer.status) with a body that is not JSON")
        }
        let sorted = expectation.json.sorted { $0.key.description < $1.key.description }
        for (pointer, wanted) in sorted {
            guard let value = pointer.value(in: root) else {
                return failed(answer, "answered without a value at “\(pointer)”")
            }
            guard !matches(value, wanted) else { continue }
            return CheckResult(
                .failed,
                "answered with \(Self.excerpt(value.json)) at “\(pointer)” instead of \(wanted.json)."
            )
        }
        return nil
    }

    /// A captured value is a text, whatever it was before.
    private func matches(_ value: JSONValue, _ wanted: JSONValue) -> Bool {
        if case .string(let text) = wanted, !CaptureText.names(in: text).isEmpty {
            return value.text == CaptureText.plain(text, captured)
        }
        return value.equals(wanted)
    }

    private func textMistake(_ answer: HTTPAnswer) -> CheckResult? {
        guard let text = expectation.text.map({ CaptureText.plain($0, captured) }),
            !answer.text.contains(text)
        else { return nil }
        if answer.isCut { return tooLong(answer, "“\(text)” is not in the beginning of it") }
        return failed(answer, "answered \(answer.status) without the text “\(text)”")
    }

    /// What lies behind the limit is unknown.
    private func tooLong(_ answer: HTTPAnswer, _ consequence: String) -> CheckResult {
        CheckResult(
            .error,
            "answered \(answer.status) with a body of more than \(request.bodyLimit) bytes (max_body): \(consequence)."
        )
    }

    private func failed(_ answer: HTTPAnswer, _ what: String) -> CheckResult {
        guard !answer.body.isEmpty else { return CheckResult(.failed, what + ".") }
        let text = String(decoding: answer.body.prefix(Self.longestExcerpt), as: UTF8.self)
        return CheckResult(.failed, "\(what): “\(Self.excerpt(text))”.", output: text)
    }

    /// One line of text for people. Masking comes later and looks for whole
    /// secrets, so the cut is made there.
    private static func excerpt(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
