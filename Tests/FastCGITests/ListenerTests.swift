import FastCGI
import Glibc
import NIOPosix
import Synchronization
import Testing

extension ServerTests {
    @Suite struct Listeners {
        private let path = "/tmp/fastcgi-test-listener-\(getpid()).sock"

        @Test func `a unix socket has the requested permissions, and its file is removed with it`() throws {
            for mode in [0o600, 0o660, 0o666] as [UInt16] {
                do {
                    let listener = try Listener.open("unix:\(path)", mode: mode)
                    var status = stat()
                    #expect(stat(path, &status) == 0)
                    #expect(status.st_mode & 0o777 == mode_t(mode))
                    withExtendedLifetime(listener) {}
                }
                #expect(access(path, F_OK) != 0)
            }
        }

        @Test func `a socket file never appears before its socket listens`() async throws {
            let path = path
            for _ in 0..<200 {
                let isTrying = Flag()
                let wasRefused = Task.detached {
                    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
                    defer { close(descriptor) }
                    var wasRefused = false
                    while WebServer.call(connect, descriptor, path: path) != 0 {
                        wasRefused = wasRefused || errno == ECONNREFUSED
                        isTrying.raise()
                    }
                    return wasRefused
                }
                await isTrying.wait()
                let listener = try Listener.open("unix:\(path)")
                #expect(await !wasRefused.value)
                withExtendedLifetime(listener) {}
            }
        }

        @Test func `a stale socket file is replaced`() throws {
            close(try bindSocket(to: path))
            #expect(access(path, F_OK) == 0)
            let listener = try Listener.open("unix:\(path)")
            #expect(throws: Never.self) { try WebServer(connectingTo: path) }
            withExtendedLifetime(listener) {}
        }

        @Test func `a socket that another listener uses is not taken over`() throws {
            let listener = try Listener.open("unix:\(path)")
            let error = #expect(throws: StartError.self) { try Listener.open("unix:\(path)") }
            #expect(error?.description.contains("another process listens there; stop it") == true)
            #expect(throws: Never.self) { try WebServer(connectingTo: path) }
            withExtendedLifetime(listener) {}
        }

        @Test func `a socket whose file is removed is recreated, every time`() async throws {
            let reports = Mutex<[String]>([])
            let server = Server(
                listener: try Listener.open("unix:\(path)", mode: 0o600),
                eventLoops: MultiThreadedEventLoopGroup.singleton,
                socketWasLost: { failure in reports.withLock { $0.append(failure?.reason ?? "recreated") } },
                handler: echo)
            try server.start()
            let kept = try WebServer(connectingTo: path)
            for number in 1...2 {
                unlink(path)
                await eventually("the file is there again") { access(path, F_OK) == 0 }
                await eventually("it is reported") { reports.withLock { $0.count } == number }
                let webServer = try WebServer(connectingTo: path)
                webServer.send(Record.request("POST", body: [1, 2, 3]))
                #expect(try webServer.readResponse().body == [1, 2, 3])
            }
            var status = stat()
            #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
            kept.send(Record.request("POST", body: [4]))
            #expect(try kept.readResponse().body == [4])

            // A file that is not a socket is not replaced.
            unlink(path)
            close(creat(path, 0o600))
            await eventually("it is reported") { reports.withLock { $0.count } == 3 }
            unlink(path)
            await eventually("it is reported") { reports.withLock { $0.count } == 4 }
            #expect(
                reports.withLock { $0 } == ["recreated", "recreated", "the existing file is not a socket", "recreated"])
            await server.shutdown(grace: .zero)
            #expect(access(path, F_OK) != 0)
        }

        @Test func `a file that is not a socket is left alone`() throws {
            close(creat(path, 0o600))
            defer { unlink(path) }
            #expect(throws: StartError.self) { try Listener.open("unix:\(path)") }
            #expect(access(path, F_OK) == 0)
        }

        @Test func `the file of another socket at the same path is left alone`() throws {
            var first: Listener? = try Listener.open("unix:\(path)")
            unlink(path)
            let second = try Listener.open("unix:\(path)")
            withExtendedLifetime(first) {}
            first = nil
            #expect(access(path, F_OK) == 0)
            withExtendedLifetime(second) {}
        }

        @Test(arguments: ["127.0.0.1:0", "[::1]:0"])
        func `the server can listen on numeric addresses`(address: String) throws {
            let listener = try Listener.open(address)
            withExtendedLifetime(listener) {}
        }

        @Test(arguments: [
            "", "unix:", "localhost:9000", "127.0.0.1", "127.0.0.1:70000", "::1:9000", "fd:x", "fd:-1", "fd:9999",
            "unix:/nonexistent/x.sock", "unix:" + String(repeating: "x", count: 200),
        ])
        func `an address that cannot be listened on is rejected with a remedy`(address: String) {
            let error = #expect(throws: StartError.self) { try Listener.open(address) }
            #expect(error?.remedy.isEmpty == false)
            #expect(error?.description.hasPrefix("cannot listen on ") == true)
        }

        @Test func `a port in use is an error`() throws {
            let address = "127.0.0.1:\(try HTTPClient.freePort())"
            let listener = try Listener.open(address)
            let error = #expect(throws: StartError.self) { try Listener.open(address) }
            #expect(error?.code == EADDRINUSE)
            withExtendedLifetime(listener) {}
        }

        @Test func `an inherited descriptor must be a listening socket`() throws {
            let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            #expect(!Listener.isListening(descriptor))
            #expect(!Listener.isListening(9999))
            #expect(throws: StartError.self) { try Listener.open("fd:\(descriptor)") }
            listen(descriptor, 1)
            #expect(!Listener.isListening(descriptor), "the socket has no address")
            close(descriptor)
        }

        @Test(arguments: [
            ("unix:/run/x.sock", false), ("127.0.0.1:9000", false), ("127.8.9.1:9000", false), ("[::1]:9000", false),
            ("0.0.0.0:9000", true), ("10.1.2.3:9000", true), ("[::]:9000", true), ("[fe80::1]:9000", true),
            ("[1::1]:9000", true), ("nonsense", false), ("fd:12345", false),
        ])
        func `an address that other machines can reach is recognised`(address: String, isExposed: Bool) {
            #expect(Listener.isExposed(address) == isExposed)
        }
    }
}
