import Glibc

/// Text of the last failed system call of this thread, for messages.
func systemErrorText(_ number: Int32 = errno) -> String {
    String(cString: strerror(number))
}

/// Repeats a system call that a signal interrupted.
func retryingInterrupts(_ call: () -> Int32) -> Int32 {
    while true {
        let result = call()
        if result != -1 || errno != EINTR { return result }
    }
}

/// Calls `condition` every few milliseconds until it holds or time is up.
///
/// - Returns: whether it held in time.
func poll(atMost seconds: Double, until condition: () throws -> Bool) rethrows -> Bool {
    let clock = ContinuousClock()
    let deadline = clock.now + .seconds(seconds)
    while true {
        if try condition() { return true }
        if clock.now >= deadline { return false }
        usleep(4000)
    }
}
