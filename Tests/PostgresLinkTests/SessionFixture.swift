import Foundation
import PostgresLink
import TestSupport

/// Runs `body` with a session in a new, empty database, on a thread of its own.
func withSession<Result: Sendable>(
    _ body: @escaping @Sendable (PostgresSession) throws -> Result
) async throws -> Result {
    try await withTemporaryDatabase { url in
        try await onOwnThread { try body(try connect(url)) }
    }
}

func connect(_ url: String, as name: String = "sluice test") throws -> PostgresSession {
    try PostgresSession(connecting: try ConnectionTarget(url: url), applicationName: name)
}

/// The error a statement has to end with; `nil` when it went through.
func failure(of sql: String, in session: PostgresSession) throws -> PostgresError? {
    do {
        try session.execute(sql)
        return nil
    } catch let error as PostgresError {
        return error
    }
}

/// Why a connection cannot be made; `nil` when it can.
func refusal(of url: String) throws -> ConnectionFailure? {
    do {
        _ = try connect(url)
        return nil
    } catch let failure as ConnectionFailure {
        return failure
    }
}

/// Asks again and again until something holds; for a minute at most.
func eventually(_ condition: () throws -> Bool) throws -> Bool {
    let deadline = Date(timeIntervalSinceNow: 60)
    while Date() < deadline {
        if try condition() { return true }
        Thread.sleep(forTimeInterval: 0.01)
    }
    return false
}
