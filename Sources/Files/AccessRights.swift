internal import CExtendedAttributes
internal import Glibc

/// The access rights of a file: its owner, group, mode and access control list.
struct AccessRights: Equatable {
    private static let listName = "system.posix_acl_access"

    private let owner: UInt32
    private let group: UInt32
    private let mode: UInt32
    /// The access control list in the kernel's format (acl(5)); nil if there is none.
    private let list: [UInt8]?

    /// Reads the access rights of an open file.
    ///
    /// - Parameter path: the file's path, for errors.
    init(of descriptor: Int32, _ path: String) throws(FileError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileError("read the status of \(path)", code: errno) }
        owner = status.st_uid
        group = status.st_gid
        mode = status.st_mode & 0o7777
        list = try Self.list(of: descriptor, path)
    }

    /// Sets the same access rights on another file.
    ///
    /// - Throws: ``FileError`` if the file does not have these rights afterwards.
    func give(to descriptor: Int32, _ path: String) throws(FileError) {
        let rights = try AccessRights(of: descriptor, path)
        guard rights != self else { return }
        let sameAccount = rights.owner == owner && rights.group == group
        // The order matters: changing the owner may clear bits of the mode, and setting the mode changes the list.
        if !sameAccount, fchown(descriptor, owner, group) != 0 {
            throw FileError(
                operation(path), code: errno,
                remedy: "run the command as root or as the user \(Account.user(owner)), who must be in that group")
        }
        guard fchmod(descriptor, mode) == 0, setList(of: descriptor) else {
            throw FileError(operation(path), code: errno)
        }
        // Some file systems accept such changes without storing them.
        guard try AccessRights(of: descriptor, path) == self else {
            throw FileError(
                operation(path), reason: "its file system does not store them",
                remedy: "keep the file on another file system")
        }
    }

    private func operation(_ path: String) -> String {
        let octal = String(mode, radix: 8)
        return "keep the owner and mode of \(path) (user \(Account.user(owner)), group \(Account.group(group)), "
            + "mode 0\(octal)\(list == nil ? "" : " and an access control list"))"
    }

    private static func list(of descriptor: Int32, _ path: String) throws(FileError) -> [UInt8]? {
        let size = fgetxattr(descriptor, listName, nil, 0)
        guard size >= 0 else {
            if errno == ENODATA || errno == EOPNOTSUPP { return nil }
            throw FileError("read the access control list of \(path)", code: errno)
        }
        var list = [UInt8](repeating: 0, count: size)
        guard fgetxattr(descriptor, listName, &list, size) == size else {
            throw FileError("read the access control list of \(path)", code: errno)
        }
        return list
    }

    private func setList(of descriptor: Int32) -> Bool {
        if let list { return fsetxattr(descriptor, Self.listName, list, list.count, 0) == 0 }
        // A new file may have inherited a list from its directory.
        return fremovexattr(descriptor, Self.listName) == 0 || errno == ENODATA || errno == EOPNOTSUPP
    }
}
