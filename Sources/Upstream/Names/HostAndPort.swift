/// The destination of a TCP connection: upstream, or the proxy in front of it.
package struct HostAndPort: Hashable, Sendable {
    /// A name or a numeric address, without brackets.
    package let host: String
    package let port: Int
}
