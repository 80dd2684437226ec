internal import Files
public import Scoreboard
internal import Settings

extension KeysFile {
    /// A running process, and whether it uses the file's current content.
    public struct Use: Sendable {
        /// The process id. Processes in different containers may have the same one.
        public let process: Int
        /// The process's start time, in seconds since 1970: unique together with its id.
        public let startTime: Double
        /// Whether it accepts the keys that are in the file.
        public let isCurrent: Bool
        /// Whether it could read its keys file the last time it checked.
        public let isReadable: Bool
    }

    /// Finds the processes that use the file's current content.
    ///
    /// - Parameter directory: the directory of their scoreboards.
    /// - Returns: all running processes, including those with a different keys file or none.
    /// - Throws: an error that describes why the file cannot be read; `ScoreboardError` if the directory cannot be read.
    public func uses(in directory: StateDirectory) throws -> [Use] {
        // The file is read first: a process that uses this version has every earlier change, even if the file is changed
        // again while the scoreboards are read.
        let version = KeyRing.version(of: try FileContents(of: path, limit: Self.sizeLimit).bytes)
        return try directory.read().snapshots.filter(\.isLive).map { snapshot in
            Use(
                process: snapshot.process, startTime: snapshot.startTime, isCurrent: snapshot.keysVersion == version,
                isReadable: !UnreadableFiles.contains(.keysFile, snapshot.unreadableFiles))
        }
    }
}
