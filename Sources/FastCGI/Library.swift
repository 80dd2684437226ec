internal import CFastCGI
internal import Glibc

/// libfcgi as a whole: initialised once in a process, before any thread uses it.
enum Library {
    static func initialize() throws(StartError) {
        if status != 0 {
            throw StartError("initialise libfcgi", code: abs(status), remedy: "check the process's memory limit")
        }
    }

    /// `FCGX_Init` takes SIGTERM and SIGUSR1 for itself, for an orderly end that threaded programs do not get; they
    /// are given back. SIGPIPE is ignored for good: that a peer has gone shows as an error of the write.
    private static let status: Int32 = {
        var terminate = sigaction()
        var user = sigaction()
        sigaction(SIGTERM, nil, &terminate)
        sigaction(SIGUSR1, nil, &user)
        let status = FCGX_Init()
        sigaction(SIGTERM, &terminate, nil)
        sigaction(SIGUSR1, &user, nil)
        signal(SIGPIPE, SIG_IGN)
        return status
    }()
}
