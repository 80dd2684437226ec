internal import Glibc

/// Reads the kernel's files about limits and memory.
struct SystemFiles {
    /// The maximum number of bytes to read from a file. The longest file is the table of mounts, which may have thousands of
    /// lines.
    private static let sizeLimit = 1 << 20

    /// A prefix for all paths. Tests use it to provide their own files.
    let root: String

    /// The text of a file up to the size limit; nil if it cannot be read.
    func text(_ path: String) -> String? {
        let descriptor = open(root + path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 14)
        while bytes.count < Self.sizeLimit {
            let count = read(descriptor, &piece, piece.count)
            guard count > 0 else { break }
            bytes += piece.prefix(count)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The limit in a file, in bytes; nil if the file's first line is not a number, such as `max`.
    func bytes(_ path: String) -> Int? {
        guard let line = text(path)?.prefix(while: { $0 != "\n" }) else { return nil }
        return Int(line).flatMap { $0 < 0 ? nil : $0 }
    }
}
