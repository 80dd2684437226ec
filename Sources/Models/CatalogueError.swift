/// Why a file of models cannot be used.
public struct CatalogueError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The line at fault, from 1 up.
    public let line: Int
    /// The column at fault, by its name in the header; nil when the line as a whole is.
    public let column: String?
    /// What is wrong, and what would be right.
    public let reason: String

    public var description: String {
        "line \(line)\(column.map { ", column \($0)" } ?? ""): \(reason)"
    }
}
