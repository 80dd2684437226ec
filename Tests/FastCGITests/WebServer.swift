import Glibc

/// The web server's end of a FastCGI connection: hand-written records over a unix socket.
///
/// Its calls block, which is safe because the server has its own threads. A call that takes ten seconds fails.
final class WebServer {
    private var descriptor: Int32
    private var received: [UInt8] = []

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    init(connectingTo path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        guard Self.call(connect, descriptor, path: path) == 0 else {
            let code = errno
            leave()
            throw Failure(description: "connect: \(String(cString: strerror(code)))")
        }
    }

    deinit {
        leave()
    }

    /// `connect` or `bind`, with a unix socket's address.
    static func call(
        _ function: (Int32, UnsafePointer<sockaddr>?, socklen_t) -> Int32, _ descriptor: Int32, path: String
    ) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return withUnsafeBytes(of: &address) { bytes in
            function(
                descriptor, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }

    func leave() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
    }

    /// Sends the bytes; false if the server has closed the connection or does not read.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            offset += count
        }
        return true
    }

    func sendByteByByte(_ bytes: [UInt8]) {
        for byte in bytes { send([byte]) }
    }

    /// A response, up to its END_REQUEST.
    struct Response {
        var text: String { String(decoding: output, as: UTF8.self) }
        /// The bytes after the head.
        var body: ArraySlice<UInt8> {
            let gap = Array("\r\n\r\n".utf8)
            var index = output.startIndex
            while index + gap.count <= output.endIndex {
                if output[index] == gap[0], output[index..<(index + gap.count)].elementsEqual(gap) {
                    return output[(index + gap.count)...]
                }
                index += 1
            }
            return []
        }
        var output: [UInt8] = []
        var protocolStatus: UInt8?
    }

    /// Reads up to END_REQUEST; throws if the connection ends before that.
    func readResponse() throws -> Response {
        var response = Response()
        while response.protocolStatus == nil {
            let header = try read(8)
            let content = try read(Int(header[4]) << 8 | Int(header[5]))
            _ = try read(Int(header[6]))
            switch header[1] {
            case Record.standardOutput: response.output += content
            case Record.endRequest: response.protocolStatus = content[4]
            default: throw Failure(description: "record of type \(header[1])")
            }
        }
        return response
    }

    /// Reads output records until they contain at least `count` bytes.
    func readOutput(atLeast count: Int) throws -> [UInt8] {
        var output: [UInt8] = []
        while output.count < count {
            let header = try read(8)
            output += try read(Int(header[4]) << 8 | Int(header[5]))
            _ = try read(Int(header[6]))
        }
        return output
    }

    /// Returns bytes that were received with the last records and not consumed.
    func takeReceived() -> [UInt8] {
        defer { received = [] }
        return received
    }

    /// Waits for the server to close the connection; false if it sends bytes instead.
    func isClosedByServer() -> Bool {
        guard received.isEmpty else { return false }
        var byte: UInt8 = 0
        let count = recv(descriptor, &byte, 1, 0)
        return count == 0 || count < 0 && errno == ECONNRESET
    }

    func read(_ count: Int) throws -> [UInt8] {
        while received.count < count {
            let chunk = [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
                count = max(0, recv(descriptor, buffer.baseAddress, buffer.count, 0))
            }
            guard !chunk.isEmpty else { throw Failure(description: "the connection ended early") }
            received += chunk
        }
        defer { received.removeFirst(count) }
        return Array(received[..<count])
    }
}

/// FastCGI records (FastCGI 1.0, section 8), as bytes.
enum Record {
    static let abortRequest: UInt8 = 2
    static let endRequest: UInt8 = 3
    static let parameters: UInt8 = 4
    static let standardInput: UInt8 = 5
    static let standardOutput: UInt8 = 6

    static func header(_ type: UInt8, length: Int, padding: Int = 0, id: UInt8 = 1) -> [UInt8] {
        [1, type, 0, id, UInt8(length >> 8), UInt8(length & 255), UInt8(padding), 0]
    }

    static func begin(role: UInt8 = 1, keep: Bool = false) -> [UInt8] {
        header(1, length: 8) + [0, role, keep ? 1 : 0, 0, 0, 0, 0, 0]
    }

    /// A stream's content in padded records of at most `recordSize` bytes, and the empty record that ends it.
    static func stream(_ type: UInt8, _ content: [UInt8], recordSize: Int = 65535) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(content.count + 64)
        var offset = 0
        while offset < content.count {
            let end = min(offset + recordSize, content.count)
            let padding = (8 - (end - offset) % 8) % 8
            bytes += header(type, length: end - offset, padding: padding)
            bytes += content[offset..<end]
            bytes += [UInt8](repeating: 0, count: padding)
            offset = end
        }
        return bytes + header(type, length: 0)
    }

    static func pair(_ name: String, _ value: String, longForm: Bool = false) -> [UInt8] {
        func length(_ count: Int) -> [UInt8] {
            guard longForm || count > 127 else { return [UInt8(count)] }
            return [UInt8(count >> 24) | 0x80, UInt8(count >> 16 & 255), UInt8(count >> 8 & 255), UInt8(count & 255)]
        }
        return length(name.utf8.count) + length(value.utf8.count) + Array(name.utf8) + Array(value.utf8)
    }

    static func request(
        _ method: String = "GET", parameters: [String: String] = [:], body: [UInt8] = [], keep: Bool = false
    ) -> [UInt8] {
        var content = pair("REQUEST_METHOD", method)
        if !body.isEmpty, parameters["CONTENT_LENGTH"] == nil { content += pair("CONTENT_LENGTH", String(body.count)) }
        for (name, value) in parameters { content += pair(name, value) }
        return begin(keep: keep) + stream(self.parameters, content) + stream(standardInput, body)
    }
}
