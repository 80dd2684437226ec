/// The destination of a TCP connection: upstream, or the proxy in front of it.
struct HostAndPort: Hashable, Sendable {
    /// A name or a numeric address, without brackets.
    let host: String
    let port: Int
}
