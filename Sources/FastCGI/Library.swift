internal import CFastCGI
internal import Glibc

/// Initialises libfcgi once per process, before any thread uses it.
enum Library {
    static func initialize() throws(StartError) {
        if status != 0 {
            throw StartError("initialise libfcgi", code: abs(status), remedy: "check the process's memory limit")
        }
    }

    /// `FCGX_Init` installs handlers for SIGTERM and SIGUSR1, for a graceful shutdown that does not work in threaded programs;
    /// the previous handlers are restored. SIGPIPE stays ignored: a write to a closed connection then fails with an error
    /// instead.
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
