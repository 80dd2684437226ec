/// The form of a scoreboard's file.
///
/// The file has two slots. A process writes an ``Image`` of its scoreboard to them in turn, so that one of them is always whole,
/// even if the process is killed or the disk fills up while it writes. The totals of ended processes are a file of the same form
/// that uses one slot only.
///
/// All numbers are 64 bits in the machine's order; the file never leaves the machine.
enum Layout {
    /// `GPTPROX` and the version of the layout. Images of another version are not read.
    static let magic: UInt64 = 0x47_50_54_50_52_4F_58_03

    static let wordSize = 8

    static let slotCount = 2
    /// In bytes. The unused part of a slot is a hole in the file and takes no room on the disk.
    static let slotSize = 4 << 20

    /// The size of the largest body of an image, in words.
    static let bodyCapacity = slotSize / wordSize - Image.headCount

    /// The largest size of the section of series, in words.
    static let seriesCapacity = (1 << 20) / wordSize

    /// How many live exchanges are listed. More are only counted.
    static let placeCount = 4096

    /// The greatest number in a series. In microseconds it is a thousand years.
    static let largestNumber: UInt64 = 1 << 55

    /// The greatest value of all other counts.
    static let largestCount: UInt64 = 1 << 40

    /// Makes a count of a word from a file, which may have any value.
    static func count(_ word: UInt64) -> Int { Int(min(word, largestCount)) }
}
