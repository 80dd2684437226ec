/// The format of a scoreboard's file.
///
/// The file has two slots. A process writes an ``Image`` of its scoreboard to them alternately, so that one of them is always
/// complete, even if the process is killed or the disk becomes full during a write. The totals of ended processes are in a file
/// of the same format that uses only one slot.
///
/// All numbers are 64-bit words in native byte order, because the file is never moved to another machine.
enum Layout {
    /// `GPTPROX` and the version of the layout. Images of another version are ignored.
    static let magic: UInt64 = 0x47_50_54_50_52_4F_58_03

    static let wordSize = 8

    static let slotCount = 2
    /// The size of a slot in bytes. Its unused part is a hole in the file and uses no disk space.
    static let slotSize = 4 << 20

    /// The maximum size of an image's body, in words.
    static let bodyCapacity = slotSize / wordSize - Image.headCount

    /// The maximum size of the section of series, in words.
    static let seriesCapacity = (1 << 20) / wordSize

    /// The number of request slots: the maximum number of live requests that are listed. Further requests are only counted.
    static let requestSlotCount = 4096

    /// The maximum number in a series. In microseconds, it is about 1 100 years.
    static let largestNumber: UInt64 = 1 << 55

    /// The maximum value of all other counts.
    static let largestCount: UInt64 = 1 << 40

    /// Converts a word from a file, which may have any value, to a count.
    static func count(_ word: UInt64) -> Int { Int(min(word, largestCount)) }
}
