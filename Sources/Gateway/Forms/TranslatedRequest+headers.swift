internal import Translation

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
        var headers = [(name: "x-gpt-proxy-model", value: modelSent.printable)]
        if let retired = modelRetired { headers.append(("x-gpt-proxy-retired", retired.printable)) }
        return headers
    }
}

extension [Notice] {
    /// How many fields are listed at most, followed by an ellipsis. Web servers' buffers for heads are small, and a long
    /// history may need as many repairs as it has messages.
    private static var maximumFields: Int { 16 }

    /// The fields of the notices of one kind, for headers and log lines; nil if there are none.
    func fields(of kind: Notice.Kind) -> String? {
        let fields = filter { $0.kind == kind }.map(\.field.printable)
        guard !fields.isEmpty else { return nil }
        let named = fields.prefix(Self.maximumFields).joined(separator: ", ")
        return fields.count > Self.maximumFields ? named + ", ..." : named
    }
}

extension String {
    /// A name from the client, made safe for a header: no characters that could end the header, and at most 64 characters.
    fileprivate var printable: String {
        if utf8.count <= 64, utf8.allSatisfy({ (0x21...0x7E).contains($0) }) { return self }
        let scalars = unicodeScalars.prefix(64).map { (0x21...0x7E).contains($0.value) ? $0 : "?" }
        return String(String.UnicodeScalarView(scalars))
    }
}
