internal import Files
public import Scoreboard

extension KeysFile {
    /// A running process, and whether it uses the file as it is now.
    public struct Use: Sendable {
        /// The process's number. Processes in containers may have the same one.
        public let process: Int
        /// When the process began, in seconds since 1970: together with its number it is unique.
        public let startTime: Double
        /// Whether the keys that it accepts are those in the file.
        public let isCurrent: Bool
        /// Whether it could read its file of keys when it looked last.
        public let isReadable: Bool
    }

    /// Which processes use the file as it is now.
    ///
    /// - Parameter directory: where they keep their scoreboards.
    /// - Returns: all that run, also those that use no file of keys, or another one.
    /// - Throws: an error that says why the file cannot be read; `ScoreboardError` when the directory cannot be.
    public func uses(in directory: StateDirectory) throws -> [Use] {
        // The file first: a process that uses this version has every change that was made before, even if the file is changed
        // again while the scoreboards are read.
        let version = KeyRing.version(of: try FileContents(of: path, limit: Self.sizeLimit).bytes)
        return try directory.read().snapshots.filter(\.isLive).map { snapshot in
            Use(
                process: snapshot.process, startTime: snapshot.startTime, isCurrent: snapshot.keysVersion == version,
                isReadable: !UnreadableFiles.contains(.keysFile, snapshot.unreadableFiles))
        }
    }
}
