import CGI
import FastCGI
import Foundation
import Synchronization
import Testing

extension ServerTests {
    /// Requests through a real web server.
    @Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: Nginx.program), "nginx is not installed"))
    struct ThroughNginx {
        @Test(arguments: [false, true])
        func `requests of all sizes get responses`(keepsConnections: Bool) async throws {
            try await withServer(handler: echo) { server, path in
                let nginx = try await Nginx(responder: path, keepsConnections: keepsConnections)
                defer { nginx.stop() }
                for size in [0, 1, 1000, 8192, 100_000, 3_000_000] {
                    let client = try HTTPClient(port: nginx.port)
                    client.post(pattern(size))
                    let reply = client.readToEnd()
                    #expect(reply.starts(with: "HTTP/1.1 200".utf8))
                    #expect(reply.suffix(size).elementsEqual(pattern(size)))
                }
                await eventually("nothing is left running") { server.liveRequestCount == 0 }
            }
        }

        @Test func `a flushed event reaches the client, and its disconnect the handler`() async throws {
            let cancelled = Flag()
            let handler: Server.Handler = { _, sink, _ in
                let head = ResponseHead(status: 200, headers: [("X-Accel-Buffering", "no")])
                let body = ResponseWriter(sink).writeHead(head)
                body.write([UInt8]("data: 1\n\n".utf8))
                body.flush()
                try? await Task.sleep(for: .seconds(60))
                if Task.isCancelled { cancelled.raise() }
            }
            try await withServer(handler: handler) { _, path in
                let nginx = try await Nginx(responder: path, keepsConnections: true)
                defer { nginx.stop() }
                let client = try HTTPClient(port: nginx.port)
                client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(client.read(until: "data: 1\n\n"))
                client.leave()
                await eventually("the handler is cancelled") { cancelled.isRaised }
            }
        }

        @Test func `an oversized body cannot smuggle a request onto a kept connection`() async throws {
            let requests = Atomic(0)
            let forged = Atomic(0)
            var limits = Server.Limits()
            limits.maxBody = 1000
            let handler: Server.Handler = { request, sink, eventLoop in
                requests.add(1, ordering: .relaxed)
                if request.parameters["REMOTE_USER"] != nil { forged.add(1, ordering: .relaxed) }
                await echo(request, sink, eventLoop)
            }
            try await withServer(limits: limits, handler: handler) { server, path in
                let nginx = try await Nginx(responder: path, keepsConnections: true)
                defer { nginx.stop() }
                let record = Record.request("POST", parameters: ["REMOTE_USER": "admin"], keep: true)
                let body = Array(repeating: record, count: 1000).flatMap { $0 }
                for _ in 0..<3 {
                    let client = try HTTPClient(port: nginx.port)
                    client.post(body)
                    #expect(client.readToEnd().starts(with: "HTTP/1.1 400".utf8))
                }
                await eventually("nothing is left running") { server.liveRequestCount == 0 }
                #expect(requests.load(ordering: .relaxed) == 3)
                #expect(forged.load(ordering: .relaxed) == 0)
            }
        }
    }
}

/// An unprivileged nginx on a free port.
final class Nginx {
    static let program = "/usr/sbin/nginx"

    let port: UInt16
    private var process: pid_t = 0
    private let directory: URL

    init(responder: String, keepsConnections: Bool) async throws {
        port = try HTTPClient.freePort()
        directory = FileManager.default.temporaryDirectory.appending(path: "fastcgi-nginx-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let place = directory.path
        let configuration = """
            daemon off; master_process off; pid \(place)/pid; error_log \(place)/error.log;
            events { worker_connections 256; }
            http {
              access_log off;
              client_body_temp_path \(place)/body; fastcgi_temp_path \(place)/fastcgi; proxy_temp_path \(place)/proxy;
              uwsgi_temp_path \(place)/uwsgi; scgi_temp_path \(place)/scgi;
              upstream responder { server unix:\(responder); keepalive 8; }
              server {
                listen 127.0.0.1:\(port);
                client_max_body_size 64m;
                location / {
                  include /etc/nginx/fastcgi_params;
                  fastcgi_keep_conn \(keepsConnections ? "on" : "off");
                  fastcgi_pass responder;
                }
              }
            }
            """
        let file = directory.appending(path: "nginx.conf")
        try configuration.write(to: file, atomically: true, encoding: .utf8)
        process = try Self.spawn([Self.program, "-p", place, "-c", file.path, "-e", "\(place)/error.log"])
        await eventually("nginx listens") { (try? HTTPClient(port: port)) != nil }
    }

    func stop() {
        kill(process, SIGKILL)
        waitpid(process, nil, 0)
        try? FileManager.default.removeItem(at: directory)
    }
}

extension Nginx {
    private static func spawn(_ arguments: [String]) throws -> pid_t {
        var pointers = arguments.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var process: pid_t = 0
        guard posix_spawn(&process, arguments[0], nil, nil, &pointers, environ) == 0 else {
            throw WebServer.Failure(description: "cannot start \(arguments[0])")
        }
        return process
    }
}

/// A minimal HTTP client over a blocking socket.
final class HTTPClient {
    private var descriptor: Int32

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        guard Self.call(connect, descriptor, port: port) == 0 else {
            leave()
            throw WebServer.Failure(description: "connect: \(String(cString: strerror(errno)))")
        }
    }

    deinit {
        leave()
    }

    func leave() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
    }

    func post(_ body: [UInt8]) {
        send("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: \(body.count)\r\n\r\n")
        send(body)
    }

    func send(_ text: String) {
        send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) {
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            offset += count
        }
    }

    func readToEnd() -> [UInt8] {
        var reply: [UInt8] = []
        while let chunk = readChunk() { reply += chunk }
        return reply
    }

    func read(until text: String) -> Bool {
        var reply: [UInt8] = []
        while !String(decoding: reply, as: UTF8.self).contains(text) {
            guard let chunk = readChunk() else { return false }
            reply += chunk
        }
        return true
    }

    private func readChunk() -> [UInt8]? {
        let chunk = [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
            count = max(0, recv(descriptor, buffer.baseAddress, buffer.count, 0))
        }
        return chunk.isEmpty ? nil : chunk
    }

    static func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        guard call(bind, descriptor, port: 0) == 0 else { throw WebServer.Failure(description: "no free port") }
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutableBytes(of: &address) { bytes in
            _ = getsockname(descriptor, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
        }
        return UInt16(bigEndian: address.sin_port)
    }

    private static func call(
        _ function: (Int32, UnsafePointer<sockaddr>?, socklen_t) -> Int32, _ descriptor: Int32, port: UInt16
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        return withUnsafeBytes(of: &address) { bytes in
            function(
                descriptor, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
}
