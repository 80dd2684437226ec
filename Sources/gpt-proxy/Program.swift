internal import ArgumentParser
internal import CGI
internal import FastCGI
internal import Gateway
internal import Glibc
internal import SystemLimits

/// The entry point. How the process was started decides whether it serves CGI, FastCGI or the command line.
@main
struct Program {
    static func main() {
        CoreDumps.forbid()
        Signals.blockAll()
        ThreadPlan.economize()
        // Detached: otherwise the task would wait for this thread, which runs the main actor.
        Task.detached { await run() }
        Signals.deliverForever()
    }

    private static func run() async -> Never {
        // Before anything reads the arguments: a CGI server puts the client's query string there (RFC 3875, section 4.4).
        if Start.isPlainCGI { await PlainCGI.run() }
        await GPTProxy.main()
        exit(0)
    }
}

/// How the process was started.
enum Start {
    /// The descriptor of a listening socket passed by a web server or a service manager; nil if there is none.
    ///
    /// FastCGI uses descriptor 0 (FastCGI specification, section 2.2); systemd uses the first after standard error, announced
    /// in `LISTEN_FDS` for the process in `LISTEN_PID` (sd_listen_fds(3)).
    static var inheritedListener: Int32? {
        if Listener.isListening(STDIN_FILENO) { return STDIN_FILENO }
        let firstPassed: Int32 = 3
        guard let pid = environment["LISTEN_PID"], Int32(pid) == getpid(), environment["LISTEN_FDS"] != nil,
            Listener.isListening(firstPassed)
        else { return nil }
        return firstPassed
    }

    static var isPlainCGI: Bool {
        environment["GATEWAY_INTERFACE"] != nil && inheritedListener == nil
    }

    static let environment: [String: String] = {
        var variables: [String: String] = [:]
        var entry = environ
        while let variable = entry.pointee {
            let text = String(cString: variable)
            if let separator = text.firstIndex(of: "=") {
                variables[String(text[..<separator])] = String(text[text.index(after: separator)...])
            }
            entry += 1
        }
        return variables
    }()
}
