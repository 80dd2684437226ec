import Foundation
import JSON

/// The error of a directory of recorded exchanges that is incomplete or invalid.
public struct RecordingsUnreadable: Error, CustomStringConvertible {
    /// The missing or invalid file or directory.
    public let path: String

    /// The error message.
    public var description: String { "cannot read the recorded exchanges: \(path) is missing or invalid" }
}

/// Recorded exchanges, found by the last text of the user in the request, or by name.
struct Recordings: Sendable {
    /// One exchange, in the form of both APIs.
    struct Exchange: Sendable {
        /// The name of its files, such as `01_plain_text`.
        let name: String
        let prompt: String
        let response: Answer
        let responseStream: Answer
        let completion: Answer
        let completionStream: Answer
    }

    private var exchanges: [Exchange] = []

    /// No recordings.
    init() {}

    /// Reads all exchanges that `expected/index.json` lists.
    init(directory: String) throws(RecordingsUnreadable) {
        let index = try Document(reading: directory + "/expected/index.json").root
        for entry in index.elements {
            guard let name = entry["case"]?.string else {
                throw RecordingsUnreadable(path: directory + "/expected/index.json")
            }
            let expected = "\(directory)/expected/\(name)"
            let request = try Document(reading: "\(directory)/requests/\(name).responses.json")
            exchanges.append(
                Exchange(
                    name: name, prompt: Prompt(of: request.root).text,
                    response: Answer(
                        status: entry["upstream_http_status"]?.integer ?? 200,
                        try contents(of: "\(directory)/bodies/\(name).json")),
                    responseStream: Answer(
                        stream: RecordedStream(try contents(of: "\(directory)/streams/\(name).sse"))),
                    completion: Answer(
                        status: entry["expected_http_status_nonstream"]?.integer ?? 200,
                        try contents(of: "\(expected).completion.json")),
                    completionStream: Answer(stream: RecordedStream(try contents(of: "\(expected).chunks.sse")))))
        }
    }

    /// The first exchange with this prompt; nil if there is none.
    func exchange(asking prompt: String) -> Exchange? {
        exchanges.first { $0.prompt == prompt }
    }

    /// The first exchange whose name begins with `prefix`, such as its number; nil if there is none.
    func exchange(named prefix: String) -> Exchange? {
        exchanges.first { $0.name.hasPrefix(prefix) }
    }
}

/// A recorded event stream, cut into its events.
struct RecordedStream: Script {
    private let events: [ArraySlice<UInt8>]

    init(_ bytes: [UInt8]) {
        var events: [ArraySlice<UInt8>] = []
        var start = 0
        for index in bytes.indices.dropFirst() where bytes[index] == 0x0A && bytes[index - 1] == 0x0A && index > start {
            events.append(bytes[start...index])
            start = index + 1
        }
        if start < bytes.count { events.append(bytes[start...]) }
        self.events = events
    }

    var count: Int { events.count }

    func event(_ index: Int) -> [UInt8] { Array(events[index]) }
}

private func contents(of path: String) throws(RecordingsUnreadable) -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else { throw RecordingsUnreadable(path: path) }
    return [UInt8](data)
}

extension Document {
    fileprivate init(reading path: String) throws(RecordingsUnreadable) {
        let bytes = try contents(of: path)
        do { try self.init(parsing: bytes) } catch { throw RecordingsUnreadable(path: path) }
    }
}
