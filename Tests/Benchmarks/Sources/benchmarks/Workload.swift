import EventStream
import Foundation
import JSON
import Translation

/// An operation that the program performs for every event or every request.
struct Workload {
    let name: String
    /// The maximum number of allocations of one run: the measured number plus a margin.
    let budget: Double
    let operation: () -> Void

    static func all() throws -> [Workload] {
        [try textDelta(), try wholeStream(), try request(), try toolRequest(), try reply()]
    }

    /// One text delta, from upstream's bytes to the client's. Almost every event of a stream is a text delta.
    private static func textDelta() throws -> Workload {
        let stream = try vector("streams/01_plain_text.sse")
        let marker = Array("event: response.output_text.delta".utf8)
        guard let first = stream.firstRange(of: marker),
            let second = stream[first.upperBound...].firstRange(of: marker)
        else { throw Fault("the recorded stream has no deltas") }
        let delta = Array(stream[first.lowerBound..<second.lowerBound])
        var translation = try StreamTranslation()
        translation.feed(Array(stream[..<first.lowerBound]))
        return Workload(name: "translate one text delta", budget: 0.1) { translation.feed(delta) }
    }

    private static func wholeStream() throws -> Workload {
        let stream = try vector("streams/01_plain_text.sse")
        let fresh = try StreamTranslation()
        return Workload(name: "translate a short stream, 17 events", budget: 90) {
            var translation = fresh
            translation.feed(stream)
        }
    }

    private static func request() throws -> Workload {
        let bytes = try vector("requests/01_plain_text.chat.json")
        return Workload(name: "translate a request of one message", budget: 10) { translate(bytes) }
    }

    private static func toolRequest() throws -> Workload {
        let bytes = try vector("requests/05_parallel_function_calls.chat.json")
        return Workload(name: "translate a request with a tool", budget: 20) { translate(bytes) }
    }

    private static func reply() throws -> Workload {
        let bytes = try vector("bodies/01_plain_text.json")
        let context = try StreamTranslation.context()
        return Workload(name: "translate a whole reply", budget: 15) {
            guard let document = try? Document(parsing: bytes) else { return }
            _ = try? ReplyTranslator(id: "id", created: 0).translate([(context, document)])
        }
    }

    private static func translate(_ bytes: [UInt8]) {
        guard let document = try? Document(parsing: bytes) else { return }
        _ = try? RequestTranslator(settings: TranslationSettings()).translateChatRequest(document)
    }

    /// A recorded file from Tests/Vectors.
    static func vector(_ name: String) throws -> [UInt8] {
        let tests = URL(fileURLWithPath: #filePath).appending(path: "../../../..").standardized
        return [UInt8](try Data(contentsOf: tests.appending(path: "Vectors").appending(path: name)))
    }
}

/// Translates upstream's bytes into the client's in the same way as the program.
struct StreamTranslation {
    private var parser = EventParser()
    private var translator: StreamTranslator
    private var output: [UInt8] = []

    init() throws {
        translator = StreamTranslator(context: try Self.context(), id: "id", created: 0)
    }

    static func context() throws -> ReplyContext {
        let request = try Document(parsing: Workload.vector("requests/01_plain_text.chat_stream.json"))
        return try RequestTranslator(settings: TranslationSettings()).translateChatRequest(request).context
    }

    mutating func feed(_ bytes: [UInt8]) {
        _ = try? parser.feed(bytes.span.bytes) { _, data in translator.translate(data, into: &output) }
        output.removeAll(keepingCapacity: true)
    }
}

struct Fault: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
