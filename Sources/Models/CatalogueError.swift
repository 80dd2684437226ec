/// The reason why a file of models cannot be used.
public struct CatalogueError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The number of the invalid line, from 1.
    public let line: Int
    /// The name of the invalid column; nil if the whole line is invalid.
    public let column: String?
    /// What is wrong, and what would be valid.
    public let reason: String

    public var description: String {
        "line \(line)\(column.map { ", column \($0)" } ?? ""): \(reason)"
    }
}
