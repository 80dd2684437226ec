internal import Access
internal import ArgumentParser
internal import Gateway
internal import Logs
internal import Scoreboard
internal import Settings
internal import Translation

struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Creates, lists and revokes callers' keys.",
        usage: "gpt-proxy key <subcommand> [<options>]",
        discussion: """
            The key file has the digest and permissions of each key. Processes with PROXY_KEYS_FILE reload a \
            changed file within a second. With STATE_DIR, new --add and revoke wait until all processes have \
            reloaded it.

              gpt-proxy key new ann --add --expires 2027-12-31 --models 'gpt-4o*'
              gpt-proxy key list
              gpt-proxy key revoke ann
            """,
        subcommands: [New.self, List.self, Revoke.self])

    /// The key file that a command reads or changes.
    struct FileOptions: ParsableArguments {
        @Option(help: "The key file. (default: PROXY_KEYS_FILE)", completion: .file())
        var file: String?

        @OptionGroup var environment: EnvironmentOptions

        /// - Throws: `ValidationError` if neither the option nor the configuration names a key file.
        func keysFile() async throws -> KeysFile {
            if let file { return KeysFile(path: file) }
            guard let path = try await environment.loading.source().keysFilePath else {
                throw ValidationError("Name the key file: --file PATH, or PROXY_KEYS_FILE in the configuration.")
            }
            return KeysFile(path: path)
        }
    }

    /// The directory that shows which processes use the changed file.
    struct ProcessOptions: ParsableArguments {
        @Option(
            help: ArgumentHelp(
                """
                The directory in which running processes keep their scoreboards, which show whether they use the \
                changed file. (default: STATE_DIR)
                """, valueName: "directory"),
            completion: .directory)
        var stateDir: String?

        /// Waits until all processes use the current version of the file.
        ///
        /// - Returns: the message to print; nil if no directory is configured.
        /// - Throws: an exit code if a process still does not use it after the time limit.
        func waitUntilInForce(_ file: KeysFile, _ options: FileOptions) async throws -> String? {
            if let stateDir { return try await KeysInForce(file, directory: stateDir, isExplicit: true).wait() }
            guard let path = try await options.environment.loading.source().stateDirectoryPath else { return nil }
            return try await KeysInForce(file, directory: path, isExplicit: false).wait()
        }
    }

    struct New: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Creates a key, and prints it once with its line for the key file.",
            usage: "gpt-proxy key new <label> [<options>]",
            discussion: """
                  gpt-proxy key new ann --add --expires 2027-12-31 --models 'gpt-4o*'

                The key itself is stored nowhere. With --add the line is also appended to the file; otherwise, add it yourself.
                """)

        @Argument(help: "The caller's name, for logs and limits.")
        var label: String

        @Option(help: ArgumentHelp("The last day on which the key is valid, in UTC: 2027-01-31.", valueName: "day"))
        var expires: String?

        @Option(
            help: ArgumentHelp(
                "The models that the caller may use, separated by commas; * matches any run of characters. (default: all)",
                valueName: "models"))
        var models: String?

        @Option(help: "The upstream API for the caller's requests. (default: TARGET_API)")
        var target: Target?

        @Option(help: ArgumentHelp("A word that selects the web server's rate limits.", valueName: "word"))
        var limits: String?

        @Flag(help: "Let the caller see how requests are mapped (x-gpt-proxy-explain: 1), with upstream's address.")
        var explain = false

        @Flag(help: "Append the line to the file.")
        var add = false

        @OptionGroup var options: FileOptions
        @OptionGroup var processes: ProcessOptions

        func run() async throws {
            let given = [
                ("expires", expires), ("models", models), ("target", target?.rawValue), ("limits", limits),
                ("explain", explain ? "yes" : nil),
            ]
            let words = given.compactMap { name, value in value.map { "\(name)=\($0)" } }
            let new: KeysFile.NewKey
            do {
                new = try KeysFile.newKey(label: label, options: words)
            } catch {
                throw ValidationError("\(error)")
            }
            guard add else { return show(new) }
            let file = try await options.keysFile()
            let isNewFile: Bool
            do { isNewFile = try file.add(new.line) } catch { throw Exit.failure("\(error)") }
            show(new)
            // These go to standard error, so that standard output has only the key and its line.
            if isNewFile {
                StandardError.write(
                    "gpt-proxy: the file is new; its owner and its group may read it, and the user that runs gpt-proxy must"
                )
            }
            if let said = try await processes.waitUntilInForce(file, options) { StandardError.write(said) }
        }

        private func show(_ new: KeysFile.NewKey) {
            print(new.key)
            print(new.line)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the keys in a file, without their digests.")

        @OptionGroup var options: FileOptions

        func run() async throws {
            let file = try await options.keysFile()
            do { for line in try file.summaries() { print(line) } } catch { throw Exit.failure("\(error)") }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Removes all keys of a label from the file.",
            usage: "gpt-proxy key revoke <label> [<options>]",
            discussion: """
                Running processes reload the file within a second. With STATE_DIR the command waits until they have, and \
                exits with status 1 and the process IDs if some have not. Running requests of the key continue to their \
                end.
                """)

        @Argument(help: "The label of the keys to revoke.")
        var label: String

        @OptionGroup var options: FileOptions
        @OptionGroup var processes: ProcessOptions

        func run() async throws {
            let file = try await options.keysFile()
            let count: Int
            do { count = try file.remove(label: label) } catch { throw Exit.failure("\(error)") }
            guard count > 0 else { throw Exit.failure("there is no key with the label '\(label)'") }
            print("revoked \(count)")
            if let said = try await processes.waitUntilInForce(file, options) { print(said) }
        }
    }
}
