internal import Glibc

/// One log: a file or standard input, as it is or, if it begins as gzip's files do (RFC 1952, section 2.3.1), through gzip.
/// Closed when it is gone.
final class LogFile {
    /// What the path of standard input is.
    static let standardInput = "-"

    let name: String
    private let descriptor: Int32
    private var gzip: GzipProcess?
    /// What has been read of a pipe to see what it is.
    private var peeked: [UInt8] = []
    private var readCount = 0

    /// - Throws: ``LogError``, when it cannot be opened or, being compressed, decompressed.
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

    /// How many bytes there are, compressed if it is; nil of what is no file.
    static func size(ofPath path: String) -> Int? {
        var status = stat()
        guard (path == standardInput ? fstat(STDIN_FILENO, &status) : stat(path, &status)) == 0 else { return nil }
        return status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
    }

    /// How many of its bytes have been read. gzip has the same place in a file, so what it has read counts; of a pipe, what
    /// has come out of it does.
    var position: Int {
        let position = lseek(descriptor, 0, SEEK_CUR)
        return position >= 0 ? position : readCount
    }

    /// Reads some bytes; 0 at the end.
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

    /// The first two bytes of what cannot be read twice; fewer, where there are no more.
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
