internal import CExtendedAttributes
internal import Glibc

/// Who may do what with a file: its owner, group, mode and access control list.
struct AccessRights: Equatable {
    private static let listName = "system.posix_acl_access"

    private let owner: UInt32
    private let group: UInt32
    private let mode: UInt32
    /// As the kernel has it (acl(5)); nil if there is none.
    private let list: [UInt8]?

    /// - Parameter path: what the file is called in errors.
    init(of descriptor: Int32, _ path: String) throws(FileError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileError("look at \(path)", code: errno) }
        owner = status.st_uid
        group = status.st_gid
        mode = status.st_mode & 0o7777
        list = try Self.list(of: descriptor, path)
    }

    /// Gives a file the same rights.
    ///
    /// - Throws: ``FileError`` if it does not have them afterwards.
    func give(to descriptor: Int32, _ path: String) throws(FileError) {
        let rights = try AccessRights(of: descriptor, path)
        guard rights != self else { return }
        let sameAccount = rights.owner == owner && rights.group == group
        // In this order: a change of the owner may take bits of the mode away, and the list is part of the mode.
        if !sameAccount, fchown(descriptor, owner, group) != 0 {
            throw FileError(
                operation(path), code: errno,
                remedy: "run the command as root or as the user \(Account.user(owner)), who must be in that group")
        }
        guard fchmod(descriptor, mode) == 0, setList(of: descriptor) else {
            throw FileError(operation(path), code: errno)
        }
        // There are file systems that take such changes and forget them.
        guard try AccessRights(of: descriptor, path) == self else {
            throw FileError(
                operation(path), reason: "its file system does not keep them",
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
        // A new file may have got one from its directory.
        return fremovexattr(descriptor, Self.listName) == 0 || errno == ENODATA || errno == EOPNOTSUPP
    }
}
