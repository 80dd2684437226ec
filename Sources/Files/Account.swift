internal import Glibc

/// Converts the ids of users and groups to names, for messages.
public enum Account {
    /// Finds a user's name.
    ///
    /// - Parameter id: the user's id.
    /// - Returns: the user's name; the id if the system has no name for it.
    public static func user(_ id: UInt32) -> String {
        getpwuid(id).map { String(cString: $0.pointee.pw_name) } ?? String(id)
    }

    /// Finds a group's name.
    ///
    /// - Parameter id: the group's id.
    /// - Returns: the group's name; the id if the system has no name for it.
    public static func group(_ id: UInt32) -> String {
        getgrgid(id).map { String(cString: $0.pointee.gr_name) } ?? String(id)
    }
}
