internal import Glibc

/// The file of this process's scoreboard. It is locked while it is open, which shows other processes that this one is running.
final class BoardFile {
    private let path: String
    private let file: OpenFile
    /// The sequence number of the last image.
    private var number: UInt64 = 0
    /// The checksum of the last image.
    private var checksum: UInt64
    /// The file's status after it was written.
    private var status: OpenFile.Status?

    /// Creates the file. It gets its final name only after it has been locked and contains an image.
    ///
    /// - Parameters:
    ///   - path: the file's path. An existing file is replaced.
    ///   - unfinished: the file's path until it is complete.
    ///   - image: the first image.
    ///   - operation: the purpose, for errors.
    init(_ path: String, unfinished: String, _ image: Image, for operation: String) throws(ScoreboardError) {
        do throws(ScoreboardError) {
            let file = try OpenFile(unfinished, O_RDWR | O_CREAT | O_EXCL, for: operation)
            try file.lock(operation)
            try file.write(image, number: number, operation)
            guard rename(unfinished, path) == 0 else { throw ScoreboardError(operation) }
            self.file = file
        } catch {
            unlink(unfinished)
            throw error
        }
        self.path = path
        checksum = image.checksum
        status = file.status
    }

    /// Whether the file is still the one at its path.
    var isInPlace: Bool {
        guard let status = file.status else { return false }
        return status.isSameFile(as: OpenFile.Status(path))
    }

    /// Writes an image. Does nothing if it is the same as the last one and the file has not been changed by other programs.
    func update(_ image: Image) throws(ScoreboardError) {
        if image.checksum == checksum, let status, status == file.status { return }
        try file.write(image, number: number + 1, "write \(path)")
        number += 1
        checksum = image.checksum
        status = file.status
    }
}
