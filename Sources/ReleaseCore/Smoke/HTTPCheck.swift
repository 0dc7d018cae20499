import Dispatch
import Foundation
import FoundationNetworking
import Synchronization

/// Makes one request and judges the answer.
///
/// FoundationNetworking rather than async-http-client: it verifies TLS by the
/// system's certificates, comes with the toolchain, and costs 7 ms of start-up
/// against minutes of build time for SwiftNIO and BoringSSL on two cores.
struct HTTPCheck {
    let request: HTTPRequest
    let expectation: HTTPExpectation
    let timeout: Duration

    /// Blocks until the answer is there or the time is up.
    func run(_ variables: [String: String]) -> (SmokeRun.Outcome, String) {
        do {
            let answer = try send(try makeRequest(variables))
            return judge(answer)
        } catch let error as MissingVariable {
            return (.error, "\(error)")
        } catch {
            return (
                .error,
                "\(request.url.raw) could not be asked: \((error as NSError).localizedDescription)"
            )
        }
    }

    private func makeRequest(_ variables: [String: String]) throws -> URLRequest {
        guard let url = URL(string: try request.url.resolve(variables)) else {
            throw URLError(.badURL)
        }
        var made = URLRequest(url: url)
        made.httpMethod = request.method
        made.timeoutInterval = Double(timeout.milliseconds) / 1000
        made.cachePolicy = .reloadIgnoringLocalCacheData
        for (name, value) in request.headers {
            made.setValue(try value.resolve(variables), forHTTPHeaderField: name)
        }
        made.httpBody = try request.body.map { Data(try $0.resolve(variables).utf8) }
        return made
    }

    private struct Answer: Sendable {
        var status: Int
        var body: String
    }

    private func send(_ made: URLRequest) throws -> Answer {
        let session = URLSession(configuration: .ephemeral)
        defer { session.invalidateAndCancel() }
        let done = DispatchSemaphore(value: 0)
        let outcome = Mutex<Swift.Result<Answer, any Error>>(.failure(URLError(.timedOut)))
        let task = session.dataTask(with: made) { data, response, error in
            outcome.withLock { outcome in
                if let status = (response as? HTTPURLResponse)?.statusCode {
                    outcome = .success(
                        Answer(
                            status: status, body: String(decoding: data ?? Data(), as: UTF8.self)))
                } else if let error {
                    outcome = .failure(error)
                }
            }
            done.signal()
        }
        task.resume()
        // The request's own limit counts idle time only; this one counts all of it.
        if done.wait(timeout: .now() + .milliseconds(Int(timeout.milliseconds))) == .timedOut {
            task.cancel()
            throw URLError(.timedOut)
        }
        return try outcome.withLock { $0 }.get()
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
