public import JSON

extension Value {
    /// The longest name of a model, in bytes. No upstream's names come near it, and a name stands in logs, headers and metrics.
    private static var longestModelName: Int { 256 }

    /// The name of the model in a request's body; nil if it has none.
    ///
    /// - Throws: `RequestError` if it is not a string, is longer than 256 bytes, or has invisible characters.
    public func modelName() throws(RequestError) -> String? {
        guard let value = try given("model", as: .string) else { return nil }
        // Escaped, a byte may take six; a longer text is not decoded.
        guard value.text.count <= 6 * Self.longestModelName + 2, let name = value.string,
            name.utf8.count <= Self.longestModelName
        else {
            throw RequestError(
                message: "The name of the model is too long: at most \(Self.longestModelName) bytes are allowed.",
                param: "model", code: "invalid_value")
        }
        guard !name.unicodeScalars.contains(where: \.isInvisible) else {
            throw RequestError(
                message: "The name of the model has control characters or other invisible characters.", param: "model",
                code: "invalid_value")
        }
        return name
    }
}

extension Unicode.Scalar {
    /// Whether it is a control or format character, or a separator of lines.
    fileprivate var isInvisible: Bool {
        if isASCII { return value < 0x20 || value == 0x7F }
        return switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
