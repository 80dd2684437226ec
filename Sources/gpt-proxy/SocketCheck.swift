internal import Diagnosis
internal import FastCGI
internal import Files
internal import Gateway
internal import Glibc

/// Checks the socket between the web server and gpt-proxy: whether it exists, which users may use it, and whether a server
/// responds on it.
enum SocketCheck {
    /// The path that the recipes in `deploy/` use.
    static let usual = "/run/gpt-proxy/gpt-proxy.sock"

    /// - Parameter address: nil means the usual path, with no findings if it does not exist.
    static func run(_ address: String?) -> [Finding] {
        guard let address = address ?? (access(usual, F_OK) == 0 ? "unix:\(usual)" : nil) else { return [] }
        var findings: [Finding] = []
        if address.hasPrefix("unix:") {
            let file = file(String(address.dropFirst("unix:".count)), address)
            findings.append(file)
            if file.verdict == .problem { return findings }
        }
        if Listener.isExposed(address) {
            findings.append(
                .warning(
                    address, "can be reached by other machines, which can then act as any caller",
                    remedy: "use a unix socket or 127.0.0.1, or make sure that only the web server can connect"))
        }
        do throws(StartError) {
            let status = try FastCGIClient.get("/healthz", from: address)
            findings.append(
                status == 200
                    ? .ok(address, "answers in FastCGI")
                    : .problem(address, "answers with status \(status)", remedy: "find out what else listens there"))
        } catch {
            findings.append(.problem(address, error.reason, remedy: error.remedy))
        }
        return findings
    }

    private static func file(_ path: String, _ subject: String) -> Finding {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            return .problem(
                subject, errno == EACCES ? "cannot be examined by this user" : "is not there",
                remedy: "start gpt-proxy serve --listen \(subject), and name the same path in the web server")
        }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            return .problem(subject, "is not a socket", remedy: "remove it, or name another path")
        }
        let mode = String(status.st_mode & 0o777, radix: 8)
        let text =
            "can be used by the user \(Account.user(status.st_uid)) and the group \(Account.group(status.st_gid)) (mode 0\(mode))"
        guard status.st_mode & S_IWOTH == 0 else {
            return .warning(
                subject, "can be used by every user on this machine, bypassing the web server (mode 0\(mode))",
                remedy:
                    "--mode 0660 (serve), SocketMode=0660 (systemd), -M 0660 (spawn-fcgi); and the group of the web "
                    + "server's user")
        }
        guard status.st_mode & S_IWGRP != 0 else {
            return .warning(
                subject, "can be used only by the user \(Account.user(status.st_uid)) (mode 0\(mode))",
                remedy: "unless the web server is that user: mode 0660, and the group of the web server's user")
        }
        return .ok(subject, text + ", and the web server must be one of them")
    }
}
