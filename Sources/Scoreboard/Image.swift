/// The contents of a slot: a head, and a body that consists of sections.
///
/// The head has the version of the layout, the image's sequence number, the length of the body and a checksum. A section has its
/// kind and its length before its words. A reader skips sections of unknown kinds and words beyond those that it knows, so that
/// both can be added without a new version of the layout.
struct Image: Sendable {
    /// The kinds of sections, with their numbers in the file.
    enum Section: UInt64 {
        /// Facts about the process: ``ProcessWord``.
        case process = 1
        /// The last hour: ``History``.
        case history
        /// Counts and histograms: ``SeriesTable``.
        case series
        /// The exchanges that are live: ``LiveExchange``, one after the other.
        case exchanges
        /// In the totals: the identities of the processes that they include.
        case added
    }

    /// The words of the process's section, in their order. New ones are added at the end.
    enum ProcessWord: Int, CaseIterable {
        /// A random number that identifies the scoreboard, even if its file is renamed or copied.
        case identity
        /// The process's number.
        case process
        /// Nanoseconds since 1970.
        case startTime
        case streamLimit
        case live
        case mostLive
        /// Which version of the file of keys is in force; 0 if that is not known.
        case keysVersion
        /// Which of its files the process cannot read, a bit each.
        case unreadableFiles
    }

    /// How many words the head has.
    static let headCount = 4

    private(set) var body: [UInt64] = []
    /// The checksum of the body.
    let checksum: UInt64

    /// Makes an image.
    ///
    /// - Parameters:
    ///   - capacity: how many words to reserve memory for.
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

    /// The words of a section. Empty if the section is missing or exceeds the body.
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

        /// Nil if the words are not a head of this layout.
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

    /// Makes an image of a head and a body from a file. Nil if the body does not belong to the head.
    init?(_ head: Head, _ body: [UInt64]) {
        guard body.count == head.count else { return nil }
        self.body = body
        checksum = Self.checksum(body)
        guard head.fits(checksum) else { return nil }
    }

    /// Detects damaged and half-written slots. It is no protection against forged contents, so the sections are validated as
    /// well.
    private static func checksum(_ words: [UInt64]) -> UInt64 {
        words.reduce(UInt64(words.count), mix)
    }

    private static func mix(_ sum: UInt64, _ word: UInt64) -> UInt64 {
        let product = (sum ^ word) &* 0x9E37_79B9_7F4A_7C15
        return product ^ product >> 32
    }
}
