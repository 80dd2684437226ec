internal import Translation

extension TranslatedRequest {
    /// What the reply's head tells of the request's translation: which model was asked, in whose place, and what got lost.
    var headers: [(name: String, value: String)] {
        var headers = context.headers
        if let fields = notices.fields(of: .dropped) { headers.append(("x-gpt-proxy-dropped", fields)) }
        return headers
    }
}

extension ReplyContext {
    /// What the reply's head tells of the model.
    var headers: [(name: String, value: String)] {
        guard !modelSent.isEmpty else { return [] }
        var headers = [(name: "x-gpt-proxy-model", value: modelSent.printable)]
        if let retired = modelRetired { headers.append(("x-gpt-proxy-retired", retired.printable)) }
        return headers
    }
}

extension [Notice] {
    /// How many fields are named; after that, that there are more. Web servers' buffers for heads are small, and a long
    /// history may need as many repairs as it has messages.
    private static var maximumFields: Int { 16 }

    /// The fields of the notices of a kind, as headers and log lines name them; nil when there are none.
    func fields(of kind: Notice.Kind) -> String? {
        let fields = filter { $0.kind == kind }.map(\.field.printable)
        guard !fields.isEmpty else { return nil }
        let named = fields.prefix(Self.maximumFields).joined(separator: ", ")
        return fields.count > Self.maximumFields ? named + ", ..." : named
    }
}

extension String {
    /// A name that a client made up, fit for a header: without what could end it, and not much longer than real ones.
    fileprivate var printable: String {
        if utf8.count <= 64, utf8.allSatisfy({ (0x21...0x7E).contains($0) }) { return self }
        let scalars = unicodeScalars.prefix(64).map { (0x21...0x7E).contains($0.value) ? $0 : "?" }
        return String(String.UnicodeScalarView(scalars))
    }
}
