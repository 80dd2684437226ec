internal import Glibc

/// A child process that decompresses a descriptor. gzip is installed on every machine, well maintained, and runs on another
/// core.
final class GzipProcess {
    /// The descriptor to read the decompressed data from.
    let output: Int32
    private let name: String
    private var process: pid_t

    /// - Parameters:
    ///   - input: the descriptor to decompress, from its current position.
    ///   - name: the log's name, for messages.
    ///   - lacksMagic: whether the first two bytes of the gzip data have already been read.
    init(reading input: Int32, name: String, lacksMagic: Bool) throws(LogError) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw LogError(name, code: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        output = ends[0]
        self.name = name
        process = 0
        let command = lacksMagic ? ["sh", "-c", #"{ printf '\037\213'; cat; } | gzip -dc"#] : ["gzip", "-dc"]
        let code = Self.spawn(command, &process, input: input, output: ends[1])
        close(ends[1])
        guard code == 0 else {
            let reason = "gzip cannot be started: \(String(cString: strerror(code)))"
            process = 0
            throw code == ENOENT ? Self.missing(name) : LogError(name, reason)
        }
    }

    deinit {
        close(output)
        // gzip ends on its own, because its output pipe is closed.
        if process > 0 { waitpid(process, nil, 0) }
    }

    /// Checks gzip's exit status. Call it at the end of the output.
    ///
    /// - Throws: ``LogError`` if the data is damaged or incomplete, or gzip is not installed.
    func finish() throws(LogError) {
        guard process > 0 else { return }
        var status: Int32 = 0
        waitpid(process, &status, 0)
        process = 0
        // A shell's exit status if it has not found the program.
        if status == 127 << 8 { throw Self.missing(name) }
        // 2 is a warning, for example about zeros after the data (gzip(1)).
        guard status == 0 || status == 2 << 8 else {
            throw LogError(name, "the compressed data is damaged or cut off; lines before that point are counted")
        }
    }

    private static func missing(_ name: String) -> LogError {
        LogError(name, "is compressed, and gzip is not installed: install it, or decompress the log elsewhere")
    }

    private static func spawn(
        _ command: [String], _ process: inout pid_t, input: Int32, output: Int32
    ) -> Int32 {
        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO)
        // gzip's messages lack the log's name; its exit status is enough.
        posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // This program's threads block signals; a child would inherit that.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var arguments = command.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        return posix_spawnp(&process, command[0], &files, &attributes, &arguments, environ)
    }
}
