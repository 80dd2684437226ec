internal import CProcess
internal import Glibc

/// Forbids core dumps, because they would contain the keys and callers' messages.
enum CoreDumps {
    /// The limit alone is not enough: the kernel ignores it if dumps go to a program (core_pattern with `|`, core(5)). A process
    /// that is not dumpable can also not be read by other processes of the same user (ptrace(2)).
    static func forbid() {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        _ = forbid_dumps()
    }
}
