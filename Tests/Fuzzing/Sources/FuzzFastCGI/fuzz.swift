import CGI
import FastCGI
import Glibc
import NIOPosix
import Synchronization

/// For any bytes on the socket, the server does not crash, finally closes the connection, and responds only with whole
/// records.
///
/// The server uses a real socket, so that libfcgi is tested as well.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let answer = exchange(UnsafeRawBufferPointer(start: start, count: count))
    var rest = answer[...]
    while !rest.isEmpty {
        precondition(rest.count >= 8 && rest.first == 1, "the response does not consist of records")
        let header = Array(rest.prefix(8))
        let length = 8 + Int(header[4]) << 8 + Int(header[5]) + Int(header[6])
        precondition(rest.count >= length, "the last record of the response is truncated")
        rest = rest.dropFirst(length)
    }
    precondition(hasSeenBodyAboveLimit.load(ordering: .relaxed) == false, "a received body exceeds the limit")
    return 0
}

private let maxBody = 1000
private let hasSeenBodyAboveLimit = Atomic(false)
private let path = "/tmp/fuzz-fastcgi-\(getpid()).sock"

private let server: Server = {
    var limits = Server.Limits()
    limits.maxBody = maxBody
    limits.memory = MemoryBudget(capacity: 10_000)
    do {
        let server = Server(
            listener: try Listener.open("unix:\(path)"), limits: limits,
            eventLoops: MultiThreadedEventLoopGroup(numberOfThreads: 1), handler: answer)
        try server.start()
        return server
    } catch {
        fatalError("\(error)")
    }
}()

/// Receives the body of POST requests only, as the gateway does for known callers.
private let answer: Server.Handler = { request, sink, _ in
    var status = 401
    if request.method == "POST" {
        let body = try? await request.body.receive()
        status = body == nil ? 400 : 200
        if body?.bytes.count ?? 0 > maxBody { hasSeenBodyAboveLimit.store(true, ordering: .relaxed) }
    }
    await ResponseWriter(sink).respond(ResponseHead(status: status), body: Array(request.path.utf8))
}

/// Sends a message, closes the sending side, and reads until the server closes the connection.
private func exchange(_ message: UnsafeRawBufferPointer) -> [UInt8] {
    withExtendedLifetime(server) {}
    let peer = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(peer) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let isConnected = withUnsafeBytes(of: address) { bytes in
        connect(
            peer, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self),
            socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
    }
    precondition(isConnected, "the server does not accept a connection")
    // The server ignores SIGPIPE.
    _ = send(peer, message.baseAddress, message.count, 0)
    shutdown(peer, Int32(SHUT_WR))
    var answer: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65536)
    while true {
        let count = recv(peer, &piece, piece.count, 0)
        guard count > 0 else { return answer }
        answer += piece[..<count]
    }
}
