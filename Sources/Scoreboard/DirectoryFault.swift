/// A reason why processes cannot read each other's scoreboards. It never prevents a process from serving requests.
public enum DirectoryFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// This process cannot write its scoreboard, so other processes cannot read it.
    case cannotKeep(ScoreboardError)
    /// The counts of ended processes could not be added up. They stay in their files.
    case cannotAddUp(ScoreboardError)
    /// This process cannot read the scoreboards of other processes.
    case cannotRead(ScoreboardError)
    /// An operation in the directory at this path has not returned in time.
    case noAnswer(String)
    /// The file at this path is damaged or of another version, so its counts are missing.
    case unreadable(String)
    /// A damaged file, or one of another version, was renamed.
    case setAside(String, as: String)

    /// The fault and its consequence.
    public var description: String {
        switch self {
        case .cannotKeep(let error): "\(error); until this is fixed, other processes do not see this one"
        case .cannotAddUp(let error): "\(error); the counts of ended processes stay in their files"
        case .cannotRead(let error): "\(error); until this is fixed, this process does not see the others"
        case .noAnswer(let path):
            "\(path) does not answer; until it does, this process and the others do not see each other"
        case .unreadable(let path): "\(path) is damaged or of another version; its counts are missing"
        case .setAside(let path, let other):
            "\(path) was damaged or of another version, and is now \(other); its counts are missing"
        }
    }
}
