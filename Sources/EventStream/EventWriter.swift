/// Writes server-sent events (WHATWG HTML, section 9.2.5) to the end of a buffer.
///
/// `id` and `retry` are never written: both would make clients reconnect and send the request again.
public enum EventWriter {
    /// Writes an event with a single line of data, as JSON without line breaks always is.
    ///
    /// - Parameters:
    ///   - data: the event's data, without CR and LF.
    ///   - name: the `event` field; empty leaves it out.
    ///   - buffer: the buffer to append to.
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

    /// Writes an event that was read from another stream.
    ///
    /// - Parameters:
    ///   - name: the `event` field; empty leaves it out.
    ///   - data: the event's data, in which LF separates lines.
    ///   - buffer: the buffer to append to.
    public static func append(name: RawSpan, data: RawSpan, to buffer: inout [UInt8]) {
        if name.byteCount > 0 {
            buffer.append(contentsOf: "event: ".utf8)
            name.withUnsafeBytes { buffer.append(contentsOf: $0) }
            buffer.append(UInt8(ascii: "\n"))
        }
        data.withUnsafeBytes { bytes in
            for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
                begin(to: &buffer)
                buffer.append(contentsOf: line)
                buffer.append(UInt8(ascii: "\n"))
            }
        }
        buffer.append(UInt8(ascii: "\n"))
    }

    /// Begins an event. Append the data, without line breaks, and then call ``end(to:)``.
    public static func begin(to buffer: inout [UInt8]) {
        buffer.append(contentsOf: "data: ".utf8)
    }

    /// Ends an event that ``begin(to:)`` began.
    public static func end(to buffer: inout [UInt8]) {
        buffer.append(contentsOf: "\n\n".utf8)
    }

    /// Writes a comment, which clients ignore. It may be written between events only. An empty line follows, because some
    /// clients take a comment line without one for the beginning of the next event.
    public static func append(comment: StaticString, to buffer: inout [UInt8]) {
        buffer.append(contentsOf: ": ".utf8)
        buffer.append(contentsOf: UnsafeBufferPointer(start: comment.utf8Start, count: comment.utf8CodeUnitCount))
        buffer.append(contentsOf: "\n\n".utf8)
    }
}
