import Yams

extension HTTPRequest {
    /// The keys of a request beside `http` and `expect`.
    static let keys: Set = ["method", "headers", "body", "redirects", "max_body"]

    private static let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

    /// - Parameters:
    ///   - node: the value of `http`.
    ///   - values: the entries beside it.
    ///   - reader: collects mistakes.
    /// - Returns: the request; `nil` when it has no address.
    static func read(
        _ node: Node, _ values: [String: Node], _ reader: inout NodeReader
    ) -> HTTPRequest? {
        guard let url = address(node, "http", &reader) else { return nil }
        var request = HTTPRequest(url: url)
        if let method = values["method"] {
            request.method = reader.string(method, "method")?.uppercased() ?? "GET"
            if !methods.contains(request.method) {
                reader.complain(method, "method must be one of \(methods.joined(separator: ", ")).")
            }
        }
        request.body = values["body"].flatMap { reader.template($0, "body") }
        request.headers = values["headers"].map { reader.templates($0, of: "headers") } ?? [:]
        request.redirects = values["redirects"].flatMap {
            reader.integer($0, "redirects", 0...20)
        }
        if let node = values["max_body"] {
            request.bodyLimit = reader.integer(node, "max_body", 0...(64 << 20)) ?? usualBodyLimit
        }
        return request
    }

    /// A text that is, or will be, an address of the web.
    static func address(_ node: Node, _ key: String, _ reader: inout NodeReader) -> Template? {
        guard let url = reader.template(node, key) else { return nil }
        let starts = ["http://", "https://", "${", "{{"]
        if !starts.contains(where: url.raw.hasPrefix) {
            reader.complain(node, "\(key) must be an http:// or https:// URL.")
        }
        return url
    }
}

extension HTTPExpectation {
    static func read(_ node: Node?, _ reader: inout NodeReader) -> HTTPExpectation {
        var expectation = HTTPExpectation()
        guard let node else { return expectation }
        for (key, value) in reader.entries(
            node, of: "expect", known: ["status", "headers", "json", "text", "within"])
        {
            switch key {
            case "status": expectation.status = statuses(value, &reader)
            case "headers":
                for (name, text) in reader.entries(value, of: "headers") {
                    expectation.headers[name] = reader.string(text, name)
                }
            case "json": expectation.json = values(value, &reader)
            case "text": expectation.text = reader.string(value, key)
            default: expectation.within = reader.time(value, key)
            }
        }
        return expectation
    }

    /// `200`, `200-299` or a list of such.
    private static func statuses(_ node: Node, _ reader: inout NodeReader) -> [ClosedRange<Int>] {
        let nodes = node.sequence.map(Array.init) ?? [node]
        let ranges = nodes.compactMap { node -> ClosedRange<Int>? in
            guard let range = reader.range(node), range.lowerBound >= 100, range.upperBound <= 599
            else {
                reader.complain(
                    node, "status must be a number from 100 to 599, or a range such as 200-299.")
                return nil
            }
            return range
        }
        return ranges.isEmpty ? [200...200] : ranges
    }

    private static func values(
        _ node: Node, _ reader: inout NodeReader
    ) -> [JSONPointer: JSONValue] {
        var values: [JSONPointer: JSONValue] = [:]
        for (key, value) in reader.entries(node, of: "json") {
            if let pointer = reader.pointer(key, at: value) { values[pointer] = reader.json(value) }
        }
        return values
    }
}

extension NodeReader {
    mutating func pointer(_ text: String, at node: Node) -> JSONPointer? {
        if let pointer = JSONPointer(text) { return pointer }
        complain(
            node,
            "“\(text)” is no JSON pointer: it begins with a slash, and ~ stands only in ~0 and ~1 (RFC 6901)."
        )
        return nil
    }
}
