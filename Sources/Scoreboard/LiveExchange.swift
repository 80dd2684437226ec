/// A live exchange, as another process sees it.
public struct LiveExchange: Sendable {
    /// What the request is called in the logs. All texts here are cut to the room that the file has for them.
    public let requestID: String
    /// Whose it is; never the key.
    public let caller: String
    /// The route, without what clients put into paths: `/v1/models/{id}`.
    public let route: String
    /// The model that upstream is asked for; empty where there is none.
    public let model: String
    /// The request's method, as HTTP has it.
    public let method: String
    /// Seconds since 1970.
    public let startTime: Double
    /// Seconds from the request to the reply's first byte; nil before it.
    public let firstByte: Double?
    /// How many tokens the reply has so far.
    public let outputTokens: Int

    /// Nil of a place that is free, or changed hands just now.
    init?(_ bytes: UnsafeRawBufferPointer) {
        func word(_ index: Int) -> UInt64 { bytes.load(fromByteOffset: index * Layout.wordSize, as: UInt64.self) }
        guard word(Place.Word.stamp) != 0, word(Place.Word.stamp) == word(Place.Word.endStamp) else { return nil }
        var position = Place.Word.texts * Layout.wordSize
        let lengths = word(Place.Word.lengths)
        let texts = Place.rooms.enumerated().map { index, room in
            let length = min(room, Int(lengths >> UInt64(8 * index) & 0xFF))
            defer { position += room }
            return String(decoding: bytes[position..<position + length], as: UTF8.self)
        }
        (requestID, caller, route, model, method) = (texts[0], texts[1], texts[2], texts[3], texts[4])
        startTime = Double(word(Place.Word.startTime)) / 1e9
        firstByte = word(Place.Word.firstByte) == 0 ? nil : Double(word(Place.Word.firstByte)) / 1e9
        outputTokens = Int(Layout.number(word(Place.Word.outputTokens)))
    }
}
