import Foundation
import JSON

/// A chat completion's audio output: the transcript is the text, and the audio data are the text's bytes, not real audio.
struct SpokenReply: Sendable {
    /// The content of one chunk of a stream.
    enum Piece: Sendable {
        case id
        case transcript(Substring)
        case data(Substring)
        case expiry
    }

    private let id = Identifier.make("audio_")
    private let transcript: String
    /// The audio data in base64.
    private let data: String
    private let expiry: Int
    /// The pieces in the order of a stream.
    let pieces: [Piece]

    /// In characters of base64. A multiple of four, so that each piece can be decoded separately.
    private static let pieceLength = 64

    /// - Parameter created: seconds since 1970.
    /// - Returns: nil unless the request asks for audio.
    init?(answering request: Value, text: ReplyText, at created: Int) {
        guard request["modalities"]?.elements.contains(where: { $0.isString("audio") }) ?? false else { return nil }
        transcript = text.whole
        data = Data(text.whole.utf8).base64EncodedString()
        expiry = created + 3_600
        var pieces = [Piece.id] + text.pieces.map { .transcript($0) }
        var rest = data[...]
        while !rest.isEmpty {
            pieces.append(.data(rest.prefix(Self.pieceLength)))
            rest = rest.dropFirst(Self.pieceLength)
        }
        self.pieces = pieces + [.expiry]
    }

    /// Writes the whole audio object, the value of `audio`.
    func write(to writer: inout Writer) {
        writer.object {
            $0.member("id", id)
            $0.member("data", data)
            $0.member("expires_at", expiry)
            $0.member("transcript", transcript)
        }
    }

    /// Writes one piece, as the value of `audio`.
    func write(_ piece: Piece, to writer: inout Writer) {
        writer.object {
            switch piece {
            case .id: $0.member("id", id)
            case .transcript(let text): $0.member("transcript", String(text))
            case .data(let text): $0.member("data", String(text))
            case .expiry: $0.member("expires_at", expiry)
            }
        }
    }
}
