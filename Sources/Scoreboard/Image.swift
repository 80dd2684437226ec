/// The contents of a slot in the file: a head, and a body that consists of sections.
///
/// The head contains the version of the layout, the image's sequence number, the length of the body and a checksum. In a
/// section, its kind and its length precede its words. Readers skip sections of unknown kinds and additional words at the end
/// of a section, so that both can be added without a new version of the layout.
struct Image: Sendable {
    /// The kinds of sections, with their numbers in the file.
    enum Section: UInt64 {
        /// Values about the process: ``ProcessWord``.
        case process = 1
        /// The last hour: ``History``.
        case history
        /// Counts and histograms: ``SeriesTable``.
        case series
        /// The live requests: ``LiveRequest``, one after the other.
        case exchanges
        /// In the totals: the identities of the included scoreboards.
        case added
    }

    /// The words of the section ``Section/process``, in order. New ones are added at the end.
    enum ProcessWord: Int, CaseIterable {
        /// A random number that identifies the scoreboard, even if its file is renamed or copied.
        case identity
        /// The process's id.
        case process
        /// The start of the process, in nanoseconds since 1970.
        case startTime
        case streamLimit
        case live
        case mostLive
        /// The version of the keys file that is in force; 0 if unknown.
        case keysVersion
        /// The files that the process cannot read, with one bit for each.
        case unreadableFiles
    }

    /// The number of words in the head.
    static let headCount = 4

    private(set) var body: [UInt64] = []
    /// The checksum of the body.
    let checksum: UInt64

    /// Creates an image.
    ///
    /// - Parameters:
    ///   - capacity: the number of words to allocate in advance.
    ///   - write: writes the sections.
    init(reserving capacity: Int = 0, _ write: (inout Writer) -> Void) {
        var writer = Writer()
        writer.words.reserveCapacity(capacity)
        write(&writer)
        body = writer.words
        checksum = Self.checksum(body)
    }

    struct Writer {
        var words: [UInt64] = []

        mutating func section(_ section: Section, _ write: (inout [UInt64]) -> Void) {
            words += [section.rawValue, 0]
            let start = words.count
            write(&words)
            words[start - 1] = UInt64(words.count - start)
        }
    }

    /// Returns the words of a section; none if the section is missing or extends beyond the body.
    func section(_ section: Section) -> ArraySlice<UInt64> {
        var rest = body[...]
        while rest.count >= 2 {
            let (kind, count) = (rest[rest.startIndex], rest[rest.startIndex + 1])
            rest = rest.dropFirst(2)
            guard count <= UInt64(rest.count) else { break }
            if kind == section.rawValue { return rest.prefix(Int(count)) }
            rest = rest.dropFirst(Int(count))
        }
        return []
    }
}

extension Image {
    /// The first words of a slot.
    struct Head {
        let number: UInt64
        let count: Int
        private let checksum: UInt64

        /// - Parameter number: the image's sequence number.
        init(_ image: Image, number: UInt64) {
            self.number = number
            count = image.body.count
            checksum = Self.seal(image.checksum, number)
        }

        /// Parses a head from a file. Returns nil if the words are not a head of this version of the layout.
        init?(_ words: [UInt64]) {
            guard words.count == headCount, words[0] == Layout.magic, words[2] <= UInt64(Layout.bodyCapacity)
            else { return nil }
            (number, count, checksum) = (words[1], Int(words[2]), words[3])
        }

        var words: [UInt64] { [Layout.magic, number, UInt64(count), checksum] }

        /// Whether a body with this checksum belongs to the head.
        fileprivate func fits(_ bodyChecksum: UInt64) -> Bool { checksum == Self.seal(bodyChecksum, number) }

        private static func seal(_ checksum: UInt64, _ number: UInt64) -> UInt64 { Image.mix(checksum, number) }
    }

    /// Creates an image from a head and a body in a file. Returns nil if the body does not belong to the head.
    init?(_ head: Head, _ body: [UInt64]) {
        guard body.count == head.count else { return nil }
        self.body = body
        checksum = Self.checksum(body)
        guard head.fits(checksum) else { return nil }
    }

    /// Detects damaged and partially written slots. It does not protect against forged contents, so the sections are validated,
    /// too.
    private static func checksum(_ words: [UInt64]) -> UInt64 {
        words.reduce(UInt64(words.count), mix)
    }

    private static func mix(_ sum: UInt64, _ word: UInt64) -> UInt64 {
        let product = (sum ^ word) &* 0x9E37_79B9_7F4A_7C15
        return product ^ product >> 32
    }
}
