import ArgumentParser

/// The exit codes of design section 6.
extension ExitCode {
    static let blocked = ExitCode(3)
    static let needsAttention = ExitCode(4)
    static let tryAgain = ExitCode(5)
    static let usage = ExitCode(64)
    static let interrupted = ExitCode(130)
}
