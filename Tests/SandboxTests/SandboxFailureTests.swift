import Foundation
import Glibc
import TestSupport
import Testing

@testable import Sandbox

@Suite struct SandboxFailureTests {
    @Test func aMissingServerNamesThePackage() throws {
        let failure = #expect(throws: SandboxError.self) {
            try ServerInstallation.find(override: "/nowhere/bin")
        }
        #expect(failure?.reason == .serverMissing)
        #expect(failure?.message.contains("/nowhere/bin") == true)

        let nothing = #expect(throws: SandboxError.self) {
            try ServerInstallation.first(in: ["/nowhere/bin", "/"])
        }
        #expect(nothing?.message.contains("/nowhere/bin, /") == true)
        #expect(nothing?.message.contains("Debian package postgresql") == true)
    }

    @Test func aFolderWithoutInitdbIsPassedOver() async throws {
        let real = try ServerInstallation.find(override: variable("SLUICE_PG_BINDIR"))
        try await withTemporaryDirectory { folder async throws in
            symlink("\(real.bindir)/postgres", "\(folder)/postgres")
            #expect(try ServerInstallation.first(in: [folder, real.bindir]) == real)
        }
    }

    @Test func aFailingInitdbIsQuotedAndLeavesNothing() async throws {
        try await withClusterBase { base in
            let broken = try brokenInstallation(in: base)
            let ephemeral = await startFailure(.ephemeral, installation: broken, base: base)
            #expect(ephemeral?.reason == .startFailed)
            #expect(
                ephemeral?.description.contains("initdb.log: this disk is made of paper") == true)
            let kept = await startFailure(.kept(at: "\(base)/kept"), installation: broken)
            #expect(kept?.reason == .startFailed)
            #expect(directoryEntries(of: base) == ["bin"])
            #expect(try await eventually { processes(of: base).isEmpty })
        }
    }

    @Test func aServerThatCannotStartIsQuotedAndKeepsItsData() async throws {
        try await withClusterBase { base in
            let place = Lifetime.kept(at: "\(base)/kept")
            try await startCluster(place).stop()
            try #require(try await eventually { processes(of: base).isEmpty })
            let settings = "\(base)/kept/data/postgresql.auto.conf"
            try "no_such_setting = 1\n".write(toFile: settings, atomically: false, encoding: .utf8)
            let failure = await startFailure(place)
            #expect(failure?.reason == .startFailed)
            #expect(failure?.log.contains("no_such_setting") == true)

            try "".write(toFile: settings, atomically: false, encoding: .utf8)
            let cluster = try await startCluster(place)
            #expect(try ask(cluster, "SELECT 1") == "1")
            cluster.stop()
            #expect(try await eventually { processes(of: base).isEmpty })
        }
    }

    @Test func placesThatCannotHoldAClusterAreRefused() async throws {
        try await withClusterBase { base in
            try "".write(toFile: "\(base)/file", atomically: true, encoding: .utf8)
            mkdir("\(base)/mine", 0o755)
            try "".write(toFile: "\(base)/mine/precious.txt", atomically: true, encoding: .utf8)
            let nowhere = await startFailure(.ephemeral, base: "\(base)/nowhere")
            #expect(nowhere?.reason == .directoryUnusable)
            let file = await startFailure(.kept(at: "\(base)/file/kept"))
            #expect(file?.reason == .directoryUnusable)
            let relative = await startFailure(.kept(at: "relative"))
            #expect(relative?.reason == .directoryUnusable)
            let foreign = await startFailure(.kept(at: "\(base)/mine"))
            #expect(foreign?.reason == .notOurs)
            #expect(foreign?.message.contains("precious.txt") == true)
            #expect(directoryEntries(of: "\(base)/mine") == ["precious.txt"])
        }
    }

    @Test func dataOfAnotherVersionAreNotTouched() async throws {
        try await withClusterBase { base in
            mkdir("\(base)/kept", 0o755)
            mkdir("\(base)/kept/data", 0o700)
            try "9\n".write(
                toFile: "\(base)/kept/data/PG_VERSION", atomically: true, encoding: .utf8)
            let failure = await startFailure(.kept(at: "\(base)/kept"))
            #expect(failure?.reason == .notOurs)
            #expect(failure?.message.contains("postgresql-9") == true)
            #expect(directoryEntries(of: "\(base)/kept") == ["data"])
        }
    }

    /// The installed server with an `initdb` that only fails.
    private func brokenInstallation(in base: String) throws -> ServerInstallation {
        let real = try ServerInstallation.find(override: variable("SLUICE_PG_BINDIR"))
        let folder = "\(base)/bin"
        mkdir(folder, 0o755)
        symlink("\(real.bindir)/postgres", "\(folder)/postgres")
        try "#!/bin/sh\necho this disk is made of paper\nexit 1\n".write(
            toFile: "\(folder)/initdb", atomically: false, encoding: .utf8)
        chmod("\(folder)/initdb", 0o755)
        return try ServerInstallation.find(override: folder)
    }
}
