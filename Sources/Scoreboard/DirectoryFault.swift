/// A reason why processes cannot see each other's scoreboards. It never stops a process from serving requests.
public enum DirectoryFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// This process cannot write its scoreboard, so the others do not see it.
    case cannotKeep(ScoreboardError)
    /// The counts of ended processes could not be added up. They stay in their files.
    case cannotAddUp(ScoreboardError)
    /// This process cannot read the others' scoreboards.
    case cannotRead(ScoreboardError)
    /// An operation in the directory of this path has not returned in time.
    case noAnswer(String)
    /// The file of this path is damaged or of another version, so its counts are missing.
    case unreadable(String)
    /// Such a file was renamed.
    case setAside(String, as: String)

    /// The fault and its consequence.
    public var description: String {
        switch self {
        case .cannotKeep(let error): "\(error); other processes do not see this one until then"
        case .cannotAddUp(let error): "\(error); the counts of ended processes stay in their files"
        case .cannotRead(let error): "\(error); this process does not see the others until then"
        case .noAnswer(let path):
            "\(path) does not answer; this process and the others do not see each other until it does"
        case .unreadable(let path): "\(path) is damaged or of another version; its counts are missing"
        case .setAside(let path, let other):
            "\(path) was damaged or of another version, and is now \(other); its counts are missing"
        }
    }
}
