/// Writes server-sent events (WHATWG HTML, section 9.2.5) to the end of a buffer.
///
/// Neither `id` nor `retry` is ever written: both would make clients reconnect and ask again.
public enum EventWriter {
    /// An event with data of one line, which JSON without line breaks always is.
    ///
    /// - Parameters:
    ///   - data: must have neither CR nor LF in it.
    ///   - name: the `event` field; empty leaves it out.
    ///   - buffer: what the event is appended to.
    public static func append(data: some Sequence<UInt8>, name: StaticString = "", to buffer: inout [UInt8]) {
        if name.utf8CodeUnitCount > 0 {
            buffer.append(contentsOf: "event: ".utf8)
            buffer.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
            buffer.append(UInt8(ascii: "\n"))
        }
        begin(to: &buffer)
        buffer.append(contentsOf: data)
        end(to: &buffer)
    }

    /// Begins an event whose data the caller appends itself, without line breaks, before it calls ``end(to:)``.
    public static func begin(to buffer: inout [UInt8]) {
        buffer.append(contentsOf: "data: ".utf8)
    }

    /// Ends an event that ``begin(to:)`` began.
    public static func end(to buffer: inout [UInt8]) {
        buffer.append(contentsOf: "\n\n".utf8)
    }

    /// A comment, which clients ignore; only to be written between events. Followed by an empty line, since some
    /// readers take a lone comment line for the start of the next event.
    public static func append(comment: StaticString, to buffer: inout [UInt8]) {
        buffer.append(contentsOf: ": ".utf8)
        buffer.append(contentsOf: UnsafeBufferPointer(start: comment.utf8Start, count: comment.utf8CodeUnitCount))
        buffer.append(contentsOf: "\n\n".utf8)
    }
}
