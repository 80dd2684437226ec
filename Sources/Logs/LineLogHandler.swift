internal import JSON
internal import Logging
internal import Presentation

/// Writes swift-log's messages in the same format as the requests' lines.
struct LineLogHandler: LogHandler {
    var logLevel: Logger.Level = .info
    var metadata: Logger.Metadata = [:]
    private let format: LogFormat

    init(format: LogFormat) {
        self.format = format
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let time = Timestamp.now()
        let fields = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        switch format {
        case .json:
            var line = Writer()
            line.object { writer in
                writer.member("time", time)
                writer.member("level", event.level.rawValue)
                writer.member("message", event.message.description)
                for (key, value) in fields {
                    writer.name(text: key)
                    writer.string("\(value)")
                }
            }
            LogWriter.standardError.write(line.bytes + [UInt8(ascii: "\n")], format)
        case .text:
            let words =
                [time, event.level.rawValue, event.message.description] + fields.map { PlainText.of("\($0)=\($1)") }
            LogWriter.standardError.write(Array((words.joined(separator: " ") + "\n").utf8), format)
        }
    }
}
