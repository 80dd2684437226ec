internal import JSON

/// `response_format` and `verbosity`, which are both members of `text` in the Responses API.
extension ResponsesPayload {
    mutating func writeText(to writer: inout Writer) throws(RequestError) {
        let format = try body.given("response_format", as: .object)
        let verbosity = body.given("verbosity")
        guard format != nil || verbosity != nil else { return }
        writtenFields.insert("text")
        writer.name("text")
        try writer.object { writer throws(RequestError) in
            if let format {
                writer.name("format")
                try Self.writeFormat(format, to: &writer)
            }
            if let verbosity { writer.member("verbosity", verbosity) }
        }
    }

    private static func writeFormat(_ format: Value, to writer: inout Writer) throws(RequestError) {
        let path = "response_format."
        let type = try format.required("type", as: .string, in: path)
        guard type.isString("json_schema") else {
            guard type.isString("text") || type.isString("json_object") else {
                throw .invalidValue(
                    path + "type", type.string ?? "", supported: "'text', 'json_object', and 'json_schema'")
            }
            return writer.object { $0.member("type", type) }
        }
        let schema = try format.required("json_schema", as: .object, in: path)
        let name = try schema.required("name", as: .string, in: path + "json_schema.")
        writer.object {
            $0.member("type", type)
            $0.member("name", name)
            $0.memberIfGiven("description", of: schema)
            // The schema is optional in Chat Completions only.
            if let definition = schema.given("schema") {
                $0.member("schema", definition)
            } else {
                $0.name("schema")
                $0.object { $0.member("type", "object") }
            }
            $0.memberIfGiven("strict", of: schema)
        }
    }
}
