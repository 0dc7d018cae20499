import Glibc

/// The time of day, for servers that are asked about a moment.
enum WallClock {
    /// Since 1970, in seconds.
    static var seconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
