internal import CGI
internal import Translation

extension ResponseHead {
    /// The head of a JSON response.
    static func json(_ status: Int, headers: [(name: String, value: String)] = []) -> ResponseHead {
        ResponseHead(status: status, headers: [("Content-Type", "application/json")] + headers)
    }

    /// The head of an event stream. `X-Accel-Buffering` makes nginx pass on each event at once, whatever its configuration;
    /// `no-transform` keeps caches and compressors from changing the stream.
    static func eventStream(headers: [(name: String, value: String)]) -> ResponseHead {
        ResponseHead(
            status: 200,
            headers: [
                ("Content-Type", "text/event-stream; charset=utf-8"), ("Cache-Control", "no-cache, no-transform"),
                ("X-Accel-Buffering", "no"),
            ] + headers)
    }
}

extension TranslatedRequest {
    /// The response headers about the translation: the model sent, the retired model that it replaces, and the dropped
    /// fields.
    var headers: [(name: String, value: String)] {
        var headers = context.headers
        if let fields = notices.fields(of: .dropped) { headers.append(("x-gpt-proxy-dropped", fields)) }
        return headers
    }
}

extension ReplyContext {
    /// The response headers about the model.
    var headers: [(name: String, value: String)] {
        guard !modelSent.isEmpty else { return [] }
        var headers = [(name: "x-gpt-proxy-model", value: modelSent.printable())]
        if let retired = modelRetired { headers.append(("x-gpt-proxy-retired", retired.printable())) }
        return headers
    }
}

extension [Notice] {
    /// How many fields are listed at most, followed by an ellipsis. Web servers' buffers for heads are small, and a long
    /// history may need as many repairs as it has messages.
    private static var maximumFields: Int { 16 }

    /// The fields of the notices of one kind, for headers and log lines; nil if there are none.
    func fields(of kind: Notice.Kind) -> String? {
        let fields = filter { $0.kind == kind }.map { $0.field.printable() }
        guard !fields.isEmpty else { return nil }
        let named = fields.prefix(Self.maximumFields).joined(separator: ", ")
        return fields.count > Self.maximumFields ? named + ", ..." : named
    }
}

extension String {
    /// A name from the client, made safe for headers and logs: only visible ASCII characters.
    ///
    /// - Parameter limit: the greatest number of characters; the rest is cut off.
    func printable(upTo limit: Int = 64) -> String {
        if utf8.count <= limit, utf8.allSatisfy({ (0x21...0x7E).contains($0) }) { return self }
        let scalars = unicodeScalars.prefix(limit).map { (0x21...0x7E).contains($0.value) ? $0 : "?" }
        return String(String.UnicodeScalarView(scalars))
    }
}
