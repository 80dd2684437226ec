internal import ArgumentParser
internal import Gateway
internal import Translation

struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Makes, lists and revokes the keys of callers.",
        usage: "gpt-proxy key <subcommand> [<options>]",
        discussion: """
            Each key stands in a file, by its digest, with what it may be used for. Processes that run with \
            PROXY_KEYS_FILE read a changed file within a second.

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
            guard let file = try await found() else {
                throw ValidationError("Name the file of keys: --file PATH, or PROXY_KEYS_FILE in the configuration.")
            }
            return file
        }

        /// The file, if one is named.
        func found() async throws -> KeysFile? {
            if let file { return KeysFile(path: file) }
            return try await environment.loading.source().keysFilePath.map { KeysFile(path: $0) }
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
            if add {
                let file = try await options.keysFile()
                do { try file.add(new.line) } catch { throw Exit.failure("\(error)") }
            }
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
            discussion: "Running processes see it within a second. What is running for the key goes on to its end.")

        @Argument(help: "Whose keys.")
        var label: String

        @OptionGroup var options: FileOptions

        func run() async throws {
            let file = try await options.keysFile()
            let count: Int
            do { count = try file.remove(label: label) } catch { throw Exit.failure("\(error)") }
            guard count > 0 else { throw Exit.failure("there is no key of '\(label)'") }
            print("revoked \(count)")
        }
    }
}
