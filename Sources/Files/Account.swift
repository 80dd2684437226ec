internal import Glibc

/// The names of users and groups, for people.
public enum Account {
    /// - Parameter id: a user's number.
    /// - Returns: the user's name, or the number if the system knows none.
    public static func user(_ id: UInt32) -> String {
        getpwuid(id).map { String(cString: $0.pointee.pw_name) } ?? String(id)
    }

    /// - Parameter id: a group's number.
    /// - Returns: the group's name, or the number if the system knows none.
    public static func group(_ id: UInt32) -> String {
        getgrgid(id).map { String(cString: $0.pointee.gr_name) } ?? String(id)
    }
}
