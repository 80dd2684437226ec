internal import JSON

/// The option by which a stream of Chat Completions reports its usage.
enum StreamOptions {
    /// Writes the client's `stream_options` with `include_usage`.
    static func write(_ given: Value?, to writer: inout Writer) {
        writer.name("stream_options")
        writer.object { writer in
            writer.member("include_usage", true)
            if let given {
                for member in given.members where member.name != "include_usage" { writer.member(member) }
            }
        }
    }
}
