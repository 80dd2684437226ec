/// How a scoreboard's file is laid out: a header, the history, the places of live exchanges, and the series one after the
/// other. All numbers are 64 bits in the machine's order; the file never leaves the machine.
///
/// The file has holes: of the places and the series only what is used takes memory.
enum Layout {
    /// `GPTPROX` and the number of the layout, which changes with it: others' files are let alone.
    static let magic: UInt64 = 0x47_50_54_50_52_4F_58_02

    /// The header's words.
    enum HeaderWord: Int {
        case magic
        case process
        /// Nanoseconds since 1970.
        case startTime
        case streamLimit
        case live
        case mostLive
        /// How many of the places have ever been used.
        case placesUsed
        /// How many bytes of series there are.
        case seriesUsed
        /// Which version of the file of keys is in force; 0 if that is not known, as in processes of earlier versions.
        case keysVersion
        /// Which of its files the process cannot read, a bit each.
        case unreadableFiles
    }

    static let wordSize = 8
    static let pageSize = 4096

    static let history = pageSize
    static let intervalCount = Interval.kept
    static let intervalSize = 10 * wordSize

    static let places = 9 * pageSize
    static let placeCount = 4096
    static let placeSize = 256

    static let series = places + placeCount * placeSize
    static let seriesCapacity = 1 << 20

    static let size = series + seriesCapacity

    /// How much more of the file is made real at a time.
    static let step = 4 * pageSize

    /// A number as it counts that was read from a file: what may be damaged must not overflow when it is added up.
    static func number(_ word: UInt64) -> UInt64 { word & (.max >> 9) }
}
