import Foundation
import Glibc
import TestSupport
import Testing

@testable import ReleaseCore

@Suite("A bounded process")
struct BoundedProcessTests {
    private func shell(_ line: String, timeout: Duration = .seconds(60)) -> BoundedProcess {
        BoundedProcess(
            executable: "/bin/sh", arguments: ["-c", line],
            environment: ["PATH": "/usr/bin:/bin"], timeout: timeout)
    }

    @Test("is fed and heard")
    func conversation() async throws {
        try await BlockingThread.run {
            var process = shell("cat; echo problem >&2; exit 3")
            process.stdin = Array(String(repeating: "word ", count: 10_000).utf8)
            process.outputLimit = 1 << 20
            let output = try process.run(Interrupt())
            #expect(output.status == 3)
            #expect(output.stdout == process.stdin)
            #expect(String(decoding: output.stderr, as: UTF8.self) == "problem\n")
            #expect(output.endedFor == nil)
        }
    }

    /// The grandchild holds the pipe open and does not react to SIGTERM.
    @Test("is ended at its limit with everything it started")
    func wholeGroup() async throws {
        try await withTemporaryDirectory { folder in
            try await BlockingThread.run {
                let line =
                    "(trap '' TERM; echo $$ >\(folder)/pid; while :; do sleep 60; done) & trap '' TERM; while :; do sleep 60; done"
                let output = try shell(line, timeout: .milliseconds(300)).run(Interrupt())
                #expect(output.endedFor != nil)
                #expect(output.status == 128 + SIGKILL)
                let pid = try #require(
                    pid_t(
                        try String(contentsOfFile: "\(folder)/pid", encoding: .utf8)
                            .trimmingCharacters(in: .whitespacesAndNewlines)))
                try waitUntil { kill(-pid, 0) != 0 }
            }
        }
    }

    @Test("leaves nothing behind when it ends by itself")
    func background() async throws {
        try await BlockingThread.run {
            let output = try shell("sleep 1000 & echo $!").run(Interrupt())
            let pid = try #require(
                pid_t(String(decoding: output.stdout, as: UTF8.self).dropLast()))
            #expect(output.status == 0)
            try waitUntil { kill(pid, 0) != 0 || isZombie(pid) }
        }
    }

    @Test("leaves nothing behind that has left its group", arguments: [true, false])
    func daemon(_ isLate: Bool) async throws {
        try await withTemporaryDirectory { folder in
            try await BlockingThread.run {
                // A session of its own, and an orphan at once.
                let line =
                    "(setsid sh -c 'echo $$ >\(folder)/new; mv \(folder)/new \(folder)/pid; exec sleep 1000' >/dev/null 2>&1 &); while ! test -e \(folder)/pid; do sleep 0.05; done; \(isLate ? "sleep 1000" : "true")"
                let output = try shell(line, timeout: .seconds(isLate ? 5 : 60)).run(Interrupt())
                #expect((output.endedFor != nil) == isLate)
                let text = try String(contentsOfFile: "\(folder)/pid", encoding: .utf8)
                let pid = try #require(pid_t(text.dropLast()))
                try waitUntil { kill(pid, 0) != 0 || isZombie(pid) }
            }
        }
    }

    /// Whoever inherits orphans here may not collect them.
    private func isZombie(_ pid: pid_t) -> Bool {
        let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
        return text?.contains(") Z ") == true
    }

    @Test("keeps the end of what it says")
    func bounded() async throws {
        try await BlockingThread.run {
            var process = shell("for i in 1 2 3 4 5 6 7 8 9; do echo line $i; done; echo last >&2")
            process.joinsErrors = true
            process.outputLimit = 20
            let output = try process.run(Interrupt())
            #expect(output.isCut)
            #expect(String(decoding: output.stdout, as: UTF8.self).hasSuffix("line 9\nlast\n"))
            #expect(output.stdout.count == 20)
        }
    }

    @Test("ends when somebody asks to stop")
    func interrupted() async throws {
        try await BlockingThread.run {
            let interrupt = Interrupt()
            let work = SideWork { interrupt.raise() }
            let output = try shell("sleep 1000").run(interrupt)
            try work.wait()
            #expect(output.status != 0)
        }
    }
}
