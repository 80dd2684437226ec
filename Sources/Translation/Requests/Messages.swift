internal import JSON

/// The `messages` field.
enum Messages {
    /// The messages of a request; nil if there are none and the API accepts a prompt instead.
    static func list(of body: Value, from front: SourceAPI) throws(RequestError) -> Value? {
        guard let messages = try body.given("messages", as: .array) else {
            if front.isProxy { return nil }
            throw .missing("messages")
        }
        guard !messages.isEmptyContainer else {
            throw RequestError(
                message: "Invalid 'messages': empty array. Expected an array with at least one message.",
                param: "messages", code: "empty_array")
        }
        return messages
    }
}
