internal import Synchronization

/// A live exchange's place on the scoreboard, which belongs to the exchange until it leaves.
///
/// Its words are: a stamp; when it began; how long its first byte took; its output tokens; the lengths of its texts; the
/// texts; and the stamp again. A reader that sees two stamps that differ has come while the place changed hands.
public final class Place: Sendable {
    enum Word {
        static let stamp = 0
        static let startTime = 1
        static let firstByte = 2
        static let outputTokens = 3
        static let lengths = 4
        static let texts = 5
        static let endStamp = 31
    }

    /// How much room the texts have, in bytes: request id, caller, route, model, method.
    static let rooms = [64, 48, 44, 44, 8]

    private let file: BoardFile
    /// Nil when there was no room: the exchange is counted, and not listed.
    let index: Int?
    private let clock: Clock
    /// When it began, as a stamp, and for durations.
    private let startTime: UInt64
    private let began: UInt64

    init(_ file: BoardFile, _ index: Int?, _ clock: Clock) {
        self.file = file
        self.index = index
        self.clock = clock
        // No stamp is zero, which stands for a place that is free.
        startTime = max(1, clock.stamp())
        began = clock.elapsed()
        guard let offset else { return }
        file[offset + Word.firstByte * Layout.wordSize] = 0
        file[offset + Word.outputTokens * Layout.wordSize] = 0
    }

    private var offset: Int? { index.map { Layout.places + $0 * Layout.placeSize } }

    /// Says what the exchange is. Texts are cut to the room that they have.
    public func describe(requestID: String, caller: String, route: String, model: String, method: String) {
        guard let offset else { return }
        clear()
        let start = file.pointer(offset)
        var lengths: UInt64 = 0
        var position = Word.texts * Layout.wordSize
        for (index, text) in [requestID, caller, route, model, method].enumerated() {
            var text = text
            let length = text.withUTF8 { bytes in
                let length = min(bytes.count, Self.rooms[index])
                UnsafeMutableRawBufferPointer(start: start + position, count: length).copyBytes(
                    from: bytes.prefix(length))
                return length
            }
            lengths |= UInt64(length) << UInt64(8 * index)
            position += Self.rooms[index]
        }
        file[offset + Word.lengths * Layout.wordSize] = lengths
        file[offset + Word.startTime * Layout.wordSize] = startTime
        file.publish(startTime, at: offset + Word.endStamp * Layout.wordSize)
        file.publish(startTime, at: offset)
    }

    /// The reply's first byte is on its way.
    public func begin() {
        guard let offset else { return }
        // Zero would mean that there is none yet.
        file[offset + Word.firstByte * Layout.wordSize] = max(1, clock.elapsed() &- began)
    }

    /// How many tokens the reply has by now.
    public func note(outputTokens: Int) {
        guard let offset else { return }
        file[offset + Word.outputTokens * Layout.wordSize] = UInt64(clamping: outputTokens)
    }

    /// Nobody is to see it as it is now.
    func clear() {
        guard let offset else { return }
        file.publish(0, at: offset)
    }
}
