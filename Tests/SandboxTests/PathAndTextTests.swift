import Testing

@testable import Sandbox

@Suite struct PathAndTextTests {
    @Test(arguments: [
        ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n", 15),
        ("postgres (PostgreSQL) 18beta1\n", 18), ("16\n", 16), ("postgres\n", nil),
    ])
    func majorVersionsAreRead(text: String, version: Int?) {
        #expect(ServerInstallation.majorVersion(in: text) == version)
    }

    @Test(arguments: [
        ("plain-._~0aZ", "plain-._~0aZ"), ("a b/?&=+", "a%20b%2F%3F%26%3D%2B"),
        ("é\n", "%C3%A9%0A"),
    ])
    func textIsPercentEncoded(text: String, encoded: String) {
        #expect(PercentEncoding.encode(text) == encoded)
    }

    @Test func socketPathsAreShortAndPlain() {
        let longest = "/" + String(repeating: "a", count: 107 - 1 - "/.s.PGSQL.5432".count)
        #expect(SocketDirectory.canHoldSocket(longest))
        #expect(!SocketDirectory.canHoldSocket(longest + "a"))
        for odd in ["/a b", "/a,b", "/a'b", "/a\"b", "/a@b", "/ä"] {
            #expect(!SocketDirectory.canHoldSocket(odd), "\(odd)")
        }
    }

    @Test func keptClustersHaveAUsualPlace() {
        #expect(
            Lifetime.keptByDefault(named: "dev", home: "/home/ada", asRoot: false)
                == .kept(at: "/home/ada/.local/state/sluice/dev"))
        #expect(
            Lifetime.keptByDefault(named: "dev", home: "/root", asRoot: true)
                == .kept(at: "/var/lib/sluice/dev"))
    }
}
