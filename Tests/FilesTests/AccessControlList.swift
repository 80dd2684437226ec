import CExtendedAttributes

/// - Returns: false if the file system does not support access control lists.
func setAccessList(_ list: [UInt8], of path: String, _ name: String = "system.posix_acl_access") -> Bool {
    setxattr(path, name, list, list.count, 0) == 0
}

func accessList(of path: String) -> [UInt8]? {
    var list = [UInt8](repeating: 0, count: 1024)
    let count = getxattr(path, "system.posix_acl_access", &list, list.count)
    return count < 0 ? nil : Array(list[..<count])
}
