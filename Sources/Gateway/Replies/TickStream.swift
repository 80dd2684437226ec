internal import CGI
internal import EventStream
internal import JSON

/// A stream of a few events at a steady pace, each of which says when it was written: by when they arrive one sees whether
/// anybody on the way holds them back.
struct TickStream: Sendable {
    private static let count = 5
    private static let pace = Duration.milliseconds(200)

    let head: ResponseHead

    /// Returns when the last event is written, or the client has gone.
    ///
    /// By itself: its variables would take room in the frame of whoever writes replies, which lives as long as a stream.
    @inline(never)
    func write(to writer: consuming ResponseWriter) async {
        let body = writer.writeHead(head)
        for number in 1...Self.count where !body.clientIsGone && !Task.isCancelled {
            if number > 1 { try? await Task.sleep(for: Self.pace) }
            body.append { EventWriter.append(data: Self.tick(number), name: "tick", to: &$0) }
            body.flush()
        }
        await body.finish()
    }

    /// With the time in milliseconds since 1970.
    private static func tick(_ number: Int) -> [UInt8] {
        var data = Writer(reservingCapacity: 96)
        data.object {
            $0.member("object", "gpt_proxy.tick")
            $0.member("number", number)
            $0.member("of", count)
            $0.member("written_ms", Int(Timestamp.secondsSince1970() * 1000))
        }
        return data.bytes
    }
}
