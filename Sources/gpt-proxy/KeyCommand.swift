internal import ArgumentParser
internal import Gateway
internal import Scoreboard
internal import Translation

struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Makes, lists and revokes the keys of callers.",
        usage: "gpt-proxy key <subcommand> [<options>]",
        discussion: """
            Each key stands in a file, by its digest, with what it may be used for. Processes that run with \
            PROXY_KEYS_FILE read a changed file within a second. With STATE_DIR, new --add and revoke wait until all \
            of them have.

              gpt-proxy key new ann --add --expires 2027-12-31 --models 'gpt-4o*'
              gpt-proxy key list
              gpt-proxy key revoke ann
            """,
        subcommands: [New.self, List.self, Revoke.self])

    /// The file that a command is about.
    struct FileOptions: ParsableArguments {
        @Option(help: "The file of keys. (default: PROXY_KEYS_FILE)", completion: .file())
        var file: String?

        @OptionGroup var environment: EnvironmentOptions

        /// - Throws: when neither the option nor the configuration names one.
        func keysFile() async throws -> KeysFile {
            if let file { return KeysFile(path: file) }
            guard let path = try await environment.loading.source().keysFilePath else {
                throw ValidationError("Name the file of keys: --file PATH, or PROXY_KEYS_FILE in the configuration.")
            }
            return KeysFile(path: path)
        }
    }

    /// Where to see which processes use the changed file.
    struct ProcessOptions: ParsableArguments {
        @Option(
            help: ArgumentHelp(
                """
                The directory in which running processes keep their scoreboards; there it is seen whether they use the \
                changed file. (default: STATE_DIR)
                """, valueName: "directory"),
            completion: .directory)
        var stateDir: String?

        /// Waits until all processes use the file as it is now.
        ///
        /// - Returns: what to say about it; nil if no directory is named.
        /// - Throws: when a process does not use it after a while.
        func waitUntilInForce(_ file: KeysFile, _ options: FileOptions) async throws -> String? {
            if let stateDir { return try await KeysInForce(file, directory: stateDir, isExplicit: true).wait() }
            guard let path = try await options.environment.loading.source().stateDirectoryPath else { return nil }
            return try await KeysInForce(file, directory: path, isExplicit: false).wait()
        }
    }

    struct New: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints a fresh key, once, and the line for the file of keys.",
            usage: "gpt-proxy key new <label> [<options>]",
            discussion: """
                  gpt-proxy key new ann --add --expires 2027-12-31 --models 'gpt-4o*'

                The key itself is kept nowhere. With --add the line is put into the file too; else that is left to you.
                """)

        @Argument(help: "Whose key it is: a name for logs and limits.")
        var label: String

        @Option(help: ArgumentHelp("The last day on which it is good, in UTC: 2027-01-31.", valueName: "day"))
        var expires: String?

        @Option(
            help: ArgumentHelp(
                "The models that it may ask for, separated by commas; * matches any run of characters. (default: all)",
                valueName: "models"))
        var models: String?

        @Option(help: "The API that upstream is asked in for it. (default: TARGET_API)")
        var target: Target?

        @Option(help: ArgumentHelp("A word by which the web server knows its limits.", valueName: "word"))
        var limits: String?

        @Flag(help: "Let it see what its requests become (x-gpt-proxy-explain: 1), and with that upstream's address.")
        var explain = false

        @Flag(help: "Put the line into the file.")
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
            // What is said of the file and the processes stays out of the way of the key.
            if isNewFile {
                StandardError.write(
                    "gpt-proxy: the file is new; its owner and its group may read it, and the user who runs gpt-proxy must"
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
        static let configuration = CommandConfiguration(abstract: "Lists the keys of a file, without their digests.")

        @OptionGroup var options: FileOptions

        func run() async throws {
            let file = try await options.keysFile()
            do { for line in try file.summaries() { print(line) } } catch { throw Exit.failure("\(error)") }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Takes all keys of a label out of the file.",
            usage: "gpt-proxy key revoke <label> [<options>]",
            discussion: """
                Running processes see it within a second; with STATE_DIR the command waits until they have, and ends with \
                status 1 and their numbers if some have not. What is running for the key goes on to its end.
                """)

        @Argument(help: "Whose keys.")
        var label: String

        @OptionGroup var options: FileOptions
        @OptionGroup var processes: ProcessOptions

        func run() async throws {
            let file = try await options.keysFile()
            let count: Int
            do { count = try file.remove(label: label) } catch { throw Exit.failure("\(error)") }
            guard count > 0 else { throw Exit.failure("there is no key of '\(label)'") }
            print("revoked \(count)")
            if let said = try await processes.waitUntilInForce(file, options) { print(said) }
        }
    }
}
