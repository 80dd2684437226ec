import AsyncHTTPClient
import EventLoops
import Foundation
import NIOCore
import NIOPosix
import Upstream

/// Sends the same requests with Upstream's client and with async-http-client: the processor time of a small request, with 32 at
/// a time, and the memory of a stream.
enum ClientComparison {
    private static let requestCount = 20_000
    private static let concurrency = 32
    private static let streamCount = 2000

    /// Measures each client in a process of its own, because memory that one has freed would be used by the next.
    static func run() throws {
        let (server, port) = try start(["server"])
        defer { server.terminate() }
        for client in ["Upstream", "async-http-client"] {
            print(
                client.padding(toLength: 20, withPad: " ", startingAt: 0),
                try start(["client", client, port]).firstLine)
        }
    }

    private static func start(_ arguments: [String]) throws -> (process: Process, firstLine: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardInput = Pipe()
        try process.run()
        var line: [UInt8] = []
        while let byte = try output.fileHandleForReading.read(upToCount: 1)?.first, byte != UInt8(ascii: "\n") {
            line.append(byte)
        }
        return (process, String(decoding: line, as: UTF8.self))
    }

    /// Measures one client, and prints the result in one line.
    static func measure(_ name: String, port: String) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let sender: any Sender =
            name == "Upstream" ? OwnSender(group, Int(port) ?? 0) : PackageSender(group, "http://127.0.0.1:\(port)")
        // Both clients' tasks run on the event loop, as the program's do.
        try await Task(executorPreference: EventLoopTaskExecutor(group.next())) {
            try await send(1000, with: sender)
            let before = processorTime()
            try await send(requestCount, with: sender)
            let time = (processorTime() - before) / Double(requestCount)
            let memory = residentMemory()
            await withThrowingTaskGroup(of: Void.self) { streams in
                let (opened, continuation) = AsyncStream.makeStream(of: Void.self)
                for _ in 0..<streamCount {
                    streams.addTask { try await sender.stream { continuation.yield() } }
                }
                var count = 0
                for await _ in opened {
                    count += 1
                    if count == streamCount { break }
                }
                let perStream = (residentMemory() - memory) / streamCount
                print(String(format: "%6.1f µs of CPU a request, %d bytes a stream", time * 1e6, perStream))
                exit(0)
            }
        }.value
    }

    private static func send(_ count: Int, with sender: any Sender) async throws {
        try await withThrowingTaskGroup { group in
            for _ in 0..<concurrency {
                group.addTask { for _ in 0..<count / concurrency { try await sender.request() } }
            }
            try await group.waitForAll()
        }
    }

    private static func processorTime() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    private static func residentMemory() -> Int {
        let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ")
        return (pages.flatMap { Int($0[1]) } ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}

/// One of the clients.
private protocol Sender: Sendable {
    /// Sends a request of 1 KB and reads the response.
    func request() async throws
    /// Sends a request, and reads its stream until the process ends.
    func stream(_ onBegin: @escaping @Sendable () -> Void) async throws
}

private let headers = [
    ("Authorization", "Bearer sk-0123456789abcdef"), ("Content-Type", "application/json"), ("User-Agent", "benchmark"),
    ("Accept", "application/json"),
]
private let body = Array(repeating: UInt8(ascii: " "), count: 1024)

private struct OwnSender: Sender {
    let client: Client
    let origin: Origin

    init(_ group: MultiThreadedEventLoopGroup, _ port: Int) {
        client = Client(configuration: Client.Configuration(), eventLoopGroup: group)
        origin = Origin(scheme: .http, host: "127.0.0.1", port: port)
    }

    private func send(_ path: String) async throws -> Response {
        let request = Request(
            method: "POST", origin: origin, path: path, headers: headers.map { (name: $0.0, value: $0.1) }, body: body)
        return try await client.send(request, on: client.eventLoop, usesIdleConnection: true)
    }

    func request() async throws {
        _ = try await send("/").body.collect(upTo: 1 << 20)
    }

    func stream(_ onBegin: @escaping @Sendable () -> Void) async throws {
        try await send("/stream").body.forEach { _ in onBegin() }
    }
}

private struct PackageSender: Sender {
    let client: HTTPClient
    let url: String

    init(_ group: MultiThreadedEventLoopGroup, _ url: String) {
        var configuration = HTTPClient.Configuration()
        configuration.httpVersion = .http1Only
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 4096
        client = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
        self.url = url
    }

    private func send(_ path: String) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: url + path)
        request.method = .POST
        request.headers.add(contentsOf: headers.map { (name: $0.0, value: $0.1) })
        request.body = .bytes(body)
        return try await client.execute(request, timeout: .seconds(600))
    }

    func request() async throws {
        _ = try await send("/").body.collect(upTo: 1 << 20)
    }

    func stream(_ onBegin: @escaping @Sendable () -> Void) async throws {
        for try await _ in try await send("/stream").body { onBegin() }
    }
}
