internal import Glibc
internal import NIOCore

/// Looks up a name's addresses with the system's resolver, which `/etc/nsswitch.conf` configures; usually `/etc/hosts` and DNS.
enum SystemLookup {
    /// Looks up a name. Blocks, for seconds if a DNS server does not respond, and cannot be cancelled.
    ///
    /// - Returns: the addresses in the order of RFC 6724.
    static func addresses(of peer: HostAndPort) -> Result<[SocketAddress], LookupFailure> {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_protocol = Int32(IPPROTO_TCP)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(peer.host, String(peer.port), &hints, &list)
        guard status == 0 else { return .failure(LookupFailure(status: status, systemError: errno)) }
        defer { if let list { freeaddrinfo(list) } }
        var addresses: [SocketAddress] = []
        var next = list
        while let info = next?.pointee {
            if let address = address(in: info, host: peer.host) { addresses.append(address) }
            next = info.ai_next
        }
        return addresses.isEmpty ? .failure(LookupFailure("it has no address", isAnswer: true)) : .success(addresses)
    }

    private static func address(in info: addrinfo, host: String) -> SocketAddress? {
        guard let bytes = UnsafeRawPointer(info.ai_addr) else { return nil }
        return switch info.ai_family {
        case AF_INET: SocketAddress(bytes.loadUnaligned(as: sockaddr_in.self), host: host)
        case AF_INET6: SocketAddress(bytes.loadUnaligned(as: sockaddr_in6.self), host: host)
        default: nil
        }
    }
}
