internal import Glibc

/// One log: a file or standard input. If it begins like gzip data (RFC 1952, section 2.3.1), it is decompressed by gzip. The
/// file is closed on deinitialization.
final class LogFile {
    /// The path that stands for standard input.
    static let standardInput = "-"

    let name: String
    private let descriptor: Int32
    private var gzip: GzipProcess?
    /// The bytes read from a pipe to detect its format.
    private var peeked: [UInt8] = []
    private var readCount = 0

    /// - Throws: ``LogError`` if it cannot be opened, or gzip cannot be started.
    init(path: String) throws(LogError) {
        let isInput = path == Self.standardInput
        name = isInput ? "standard input" : path
        descriptor = isInput ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw LogError(path, code: errno) }
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
        let magic: [UInt8] = [0x1F, 0x8B]
        if lseek(descriptor, 0, SEEK_CUR) >= 0 {
            var first: [UInt8] = [0, 0]
            guard pread(descriptor, &first, 2, lseek(descriptor, 0, SEEK_CUR)) >= 0 else {
                throw LogError(path, code: errno)
            }
            if first == magic { gzip = try GzipProcess(reading: descriptor, name: name, lacksMagic: false) }
        } else {
            peeked = try peek()
            if peeked == magic {
                gzip = try GzipProcess(reading: descriptor, name: name, lacksMagic: true)
                peeked = []
            }
        }
    }

    deinit {
        if descriptor > STDIN_FILENO { close(descriptor) }
    }

    /// The size in bytes as stored, possibly compressed; nil if it is not a regular file.
    static func size(ofPath path: String) -> Int? {
        var status = stat()
        guard (path == standardInput ? fstat(STDIN_FILENO, &status) : stat(path, &status)) == 0 else { return nil }
        return status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
    }

    /// The number of bytes read. gzip shares the file's position, so for a file these are the stored bytes; for a pipe they
    /// are the decompressed bytes.
    var position: Int {
        let position = lseek(descriptor, 0, SEEK_CUR)
        return position >= 0 ? position : readCount
    }

    /// Reads some bytes; returns their number, 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(LogError) -> Int {
        if !peeked.isEmpty, buffer.count >= peeked.count {
            defer { peeked = [] }
            buffer.copyBytes(from: peeked)
            return peeked.count
        }
        let count = try Self.read(gzip?.output ?? descriptor, into: buffer, of: name)
        if count == 0 { try gzip?.finish() }
        readCount += count
        return count
    }

    /// Reads the first two bytes of a pipe, which cannot be read twice; fewer if it is shorter.
    private func peek() throws(LogError) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < 2 {
            var byte: UInt8 = 0
            let count = try withUnsafeMutableBytes(of: &byte) { buffer throws(LogError) in
                try Self.read(descriptor, into: buffer, of: name)
            }
            guard count > 0 else { break }
            bytes.append(byte)
        }
        return bytes
    }

    private static func read(
        _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, of name: String
    ) throws(LogError) -> Int {
        while true {
            let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            guard errno == EINTR else { throw LogError(name, code: errno) }
        }
    }
}
