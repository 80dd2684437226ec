internal import Glibc

/// The kernel's files about limits and memory.
struct SystemFiles {
    /// How much of a file is read, in bytes. The longest is a table of mounts, which may have thousands of lines.
    private static let sizeLimit = 1 << 20

    /// A prefix for all paths. Tests have files of their own there.
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

    /// A file's limit in bytes. Nil if it has another text, such as `max`.
    func bytes(_ path: String) -> Int? {
        guard let line = text(path)?.prefix(while: { $0 != "\n" }) else { return nil }
        return Int(line).flatMap { $0 < 0 ? nil : $0 }
    }
}
