internal import Glibc

/// A listening address, parsed from its text form.
enum ListenAddress {
    case unix(path: String)
    case inherited(Int32)
    case internet(sockaddr_storage, socklen_t)

    init(_ text: String) throws(StartError) {
        if text.hasPrefix("unix:") {
            self = .unix(path: String(text.dropFirst(5)))
        } else if text.hasPrefix("fd:"), let descriptor = Int32(text.dropFirst(3)), descriptor >= 0 {
            self = .inherited(descriptor)
        } else if let address = Self.internet(text) {
            self = address
        } else {
            throw StartError(
                "listen on \(text)", reason: "this is not a valid address",
                remedy: "give unix:/path, a numeric address with a port (127.0.0.1:9000, [::1]:9000), or fd:3")
        }
    }

    /// The socket's address; nil for a unix socket and for a descriptor that is not a socket.
    var socketAddress: (sockaddr_storage, socklen_t)? {
        switch self {
        case .unix: return nil
        case .internet(let storage, let length): return (storage, length)
        case .inherited(let descriptor):
            var storage = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let result = withUnsafeMutablePointer(to: &storage) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
            }
            return result == 0 ? (storage, length) : nil
        }
    }

    private static func internet(_ text: String) -> Self? {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        let host = text[..<colon]
        var storage = sockaddr_storage()
        let length: Int
        if host.hasPrefix("["), host.hasSuffix("]") {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            guard inet_pton(AF_INET6, String(host.dropFirst().dropLast()), &address.sin6_addr) == 1 else { return nil }
            length = MemoryLayout<sockaddr_in6>.size
            withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: address, as: sockaddr_in6.self) }
        } else {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            guard inet_pton(AF_INET, String(host), &address.sin_addr) == 1 else { return nil }
            length = MemoryLayout<sockaddr_in>.size
            withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: address, as: sockaddr_in.self) }
        }
        return .internet(storage, socklen_t(length))
    }
}
