import Glibc
import TestSupport
import Testing

@Suite struct ProcessRunnerTests {
    @Test func aProgramIsFedAndHeard() async throws {
        let text = String(repeating: "a line of input\n", count: 50_000)
        let result = try await ProcessRunner.run(
            "sh", ["-c", "cat; echo done >&2; exit 3"], stdin: text)
        #expect(result.stdout == text)
        #expect(result.stderr == "done\n")
        #expect(result.status == 3)
        #expect(result.signal == nil)
    }

    @Test func inputThatNobodyReadsIsNoError() async throws {
        let text = String(repeating: "x", count: 1_000_000)
        #expect(try await ProcessRunner.run("true", stdin: text).status == 0)
    }

    @Test func environmentAndDirectoryAreTheCallers() async throws {
        try await withTemporaryDirectory(named: "with space") { directory in
            let result = try await ProcessRunner.run(
                "sh", ["-c", "pwd -P; echo \"$ADDED ${HOME-none}\""],
                environment: ["ADDED": "added", "HOME": nil], directory: directory)
            let real = try await ProcessRunner.run("realpath", [directory]).line
            #expect(result.stdout == "\(real)\nadded none\n")
        }
    }

    @Test func aRunningProgramGetsSignals() async throws {
        let script = "trap 'echo caught; exit 7' INT; echo ready; while :; do sleep 0.01; done"
        let process = try ProcessRunner.start("sh", ["-c", script])
        #expect(try await process.waitForOutput { $0 == "ready\n" } != nil)
        process.kill(SIGINT)
        let result = try await process.wait()
        #expect(result.stdout == "ready\ncaught\n")
        #expect(result.status == 7)
    }

    @Test func aKilledProgramTellsItsSignal() async throws {
        let process = try ProcessRunner.start("sleep", ["60"])
        process.kill()
        let result = try await process.wait()
        #expect(result.signal == SIGKILL)
        #expect(result.status == 137)
        #expect(!result.timedOut)
    }

    @Test func aProgramThatTakesTooLongIsKilled() async throws {
        let result = try await ProcessRunner.run("sleep", ["60"], timeout: 0.1)
        #expect(result.timedOut)
        #expect(result.signal == SIGKILL)
    }

    @Test func aChildThatKeepsThePipeDoesNotHoldUpItsParentsEnd() async throws {
        let result = try await ProcessRunner.run("sh", ["-c", "sleep 20 & echo $!"])
        let child = try #require(pid_t(result.line))
        #expect(kill(child, SIGKILL) == 0)
    }

    @Test func aMissingProgramIsAnError() async throws {
        await #expect(throws: ProcessRunner.Failure.self) {
            try await ProcessRunner.run("no-such-program")
        }
        await #expect(throws: ProcessRunner.Failure.self) {
            try await ProcessRunner.run("/no/such/program")
        }
    }
}
