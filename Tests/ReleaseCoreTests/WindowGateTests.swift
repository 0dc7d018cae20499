import Testing

@testable import ReleaseCore

/// Windows, a moment, and whether it is inside.
struct WindowCase: Sendable, CustomTestStringConvertible {
    var window: String
    var inside: [String]
    var outside: [String]

    var testDescription: String { window }

    static let all: [WindowCase] = [
        .init(
            window: "Mon-Thu 09:00-17:00 Europe/Berlin",
            // A Monday in winter and one in summer: one hour apart in UTC.
            inside: ["2026-01-05T08:00:00Z", "2026-07-06T07:00:00Z", "2026-01-05T15:59:59Z"],
            outside: [
                "2026-01-05T07:59:59Z", "2026-01-05T16:00:00Z", "2026-07-06T06:59:59Z",
                "2026-07-06T15:00:00Z", "2026-01-09T10:00:00Z",
            ]),
        .init(
            window: "Sat,Sun 22:00-02:00 UTC",
            inside: ["2026-01-10T22:00:00Z", "2026-01-12T01:59:59Z"],
            outside: ["2026-01-10T21:59:59Z", "2026-01-12T02:00:00Z", "2026-01-10T01:00:00Z"]),
        // Clocks go from 02:00 to 03:00 on 29 March and from 03:00 to 02:00 on 25 October.
        .init(
            window: "Sun 01:00-04:00 Europe/Berlin",
            inside: [
                "2026-03-29T00:00:00Z", "2026-03-29T01:59:59Z", "2026-10-24T23:00:00Z",
                "2026-10-25T02:59:59Z",
            ],
            outside: ["2026-03-29T02:00:00Z", "2026-10-25T03:00:00Z", "2026-03-28T23:59:59Z"]),
        .init(
            window: "Fri-Mon 00:00-24:00 America/New_York",
            inside: ["2026-01-09T05:00:00Z", "2026-01-13T04:59:59Z"],
            outside: ["2026-01-09T04:59:59Z", "2026-01-13T05:00:00Z"]),
        .init(
            window: "daily 06:00-07:00 Asia/Kathmandu", inside: ["2026-01-09T00:15:00Z"],
            outside: ["2026-01-09T00:14:59Z", "2026-01-09T01:15:00Z"]),
        .init(
            window: "2026-12-20..2027-01-02 Europe/Berlin",
            inside: ["2026-12-19T23:00:00Z", "2027-01-02T22:59:59Z", "2026-12-25T12:00:00Z"],
            outside: ["2026-12-19T22:59:59Z", "2027-01-02T23:00:00Z"]),
        .init(
            window:
                "DTSTART;TZID=Europe/Berlin:20260105T090000 RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE DURATION:PT8H",
            inside: ["2026-01-05T08:00:00Z", "2026-01-07T15:59:59Z", "2026-01-19T08:00:00Z"],
            outside: ["2026-01-12T10:00:00Z", "2026-01-06T10:00:00Z", "2025-12-22T10:00:00Z"]),
        .init(
            window: "DTSTART:20260101T120000Z RRULE:FREQ=MONTHLY;BYDAY=-1FR DURATION:PT1H",
            inside: ["2026-01-30T12:30:00Z", "2026-02-27T12:30:00Z"],
            outside: ["2026-01-23T12:30:00Z", "2026-02-26T12:30:00Z"]),
        .init(
            window:
                "DTSTART:20240229T000000Z RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1 DURATION:P1D",
            inside: ["2024-02-29T10:00:00Z", "2026-02-28T10:00:00Z"],
            outside: ["2026-02-27T10:00:00Z", "2026-03-01T10:00:00Z"]),
        .init(
            window: "DTSTART:20260101T000000Z RRULE:FREQ=DAILY;COUNT=3 DURATION:P1D",
            inside: ["2026-01-03T23:00:00Z"], outside: ["2026-01-04T00:00:00Z"]),
        .init(
            window: "DTSTART:20260101T000000Z RRULE:FREQ=DAILY;UNTIL=20260102 DURATION:PT1H",
            inside: ["2026-01-02T00:30:00Z"], outside: ["2026-01-03T00:30:00Z"]),
    ]
}

@Suite("Windows")
struct WindowGateTests {
    private func moment(_ text: String) throws -> Double {
        try #require(Timestamp.parse(text), "\(text)")
    }

    private func gate(_ allow: [String], _ freeze: [String] = [], at now: String) throws
        -> GateResult
    {
        try WindowGate(
            allow: allow.map { try TimeWindow($0) }, freeze: freeze.map { try TimeWindow($0) },
            now: moment(now)
        ).result
    }

    @Test("are open when clocks there say so", arguments: WindowCase.all)
    func containing(_ example: WindowCase) throws {
        let window = try TimeWindow(example.window)
        for text in example.inside { #expect(try window.contains(moment(text)), "\(text)") }
        for text in example.outside { #expect(try !window.contains(moment(text)), "\(text)") }
    }

    @Test("show when they open next, freezes regarded")
    func nextOpening() throws {
        let office = ["Mon-Thu 09:00-17:00 Europe/Berlin"]
        let friday = try gate(office, at: "2026-01-09T10:00:00Z")
        #expect(friday.outcome == .block)
        #expect(
            friday.evidence.contains("it opens Mon 2026-01-12 09:00 Europe/Berlin, in 2 d 22 h"))
        let frozen = try gate(
            office, ["2026-01-10..2026-01-13 Europe/Berlin"], at: "2026-01-09T10:00:00Z")
        #expect(frozen.evidence.contains("it opens Wed 2026-01-14 09:00"))
        let within = try gate(
            office, ["Mon 10:00-12:00 Europe/Berlin"], at: "2026-01-12T09:30:00Z")
        #expect(within.evidence.contains("inside the freeze"))
        #expect(within.evidence.contains("it opens Mon 2026-01-12 12:00"))
        #expect(try gate(office, at: "2026-01-12T09:30:00Z").outcome == .pass)
        #expect(
            try gate([], ["2026-01-10..2026-01-13 UTC"], at: "2026-02-01T00:00:00Z").outcome
                == .pass)
        #expect(
            try gate(["2020-01-01..2020-01-02 UTC"], at: "2026-02-01T00:00:00Z").evidence.contains(
                "does not open"))
    }

    @Test(
        "with a mistake are refused when the file is read",
        arguments: [
            "Mon-Thu 09:00-17:00", "Mon-Thu 09:00-17:00 Berlin", "Mox 09:00-17:00 UTC",
            "Mon 9-17 UTC", "Mon 25:00-26:00 UTC", "2026-02-30..2026-03-01 UTC", "always UTC",
            "2026-03-02..2026-03-01 UTC", "RRULE:FREQ=WEEKLY",
            "DTSTART:20260101T000000Z RRULE:FREQ=SECONDLY DURATION:PT1H",
            "DTSTART:20260101T000000Z RRULE:FREQ=DAILY;BYSETPOS=1 DURATION:PT1H",
            "DTSTART:20260101T000000 RRULE:FREQ=DAILY DURATION:PT1H",
            "DTSTART:20260101T000000Z RRULE:FREQ=DAILY DURATION:1h",
        ])
    func mistakes(_ text: String) throws {
        let file = """
            environments:
              p:
                database: sandbox
                gates:
                  window: { allow: ["\(text)"] }
            """
        let error = #expect(throws: ConfigurationError.self) {
            try ConfigurationReader.read(Array(file.utf8), file: "x")
        }
        #expect(error?.mistakes.first?.line == 5)
    }

    @Test("times carry their zone")
    func timestamps() throws {
        for text in [
            "2026-11-23T15:00:00Z", "2026-11-23 16:00:00+01:00", "2026-11-23T10:00:00.123-0500",
            "2026-11-23 15:00:00 UTC", "1795446000", "2026-11-23 16:00:00.5+01",
        ] {
            #expect(Timestamp.parse(text) == 1_795_446_000, "\(text)")
        }
        for text in ["2026-11-23T15:00:00", "yesterday", "", "2026-13-01T00:00:00Z", "12"] {
            #expect(Timestamp.parse(text) == nil, "\(text)")
        }
    }
}
