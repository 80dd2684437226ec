internal import JSON

/// Writes the content of an input message: a string, or Chat Completions parts converted to Responses API parts.
enum ContentParts {
    /// - Parameter introduction: the speaker's name, written before the text.
    static func write(
        _ content: Value, _ path: String, after introduction: StringContents? = nil, to writer: inout Writer
    ) throws(RequestError) {
        switch content.kind {
        case .string:
            guard let introduction, let text = content.stringContents else { return writer.value(content) }
            writer.string {
                $0.append(introduction)
                $0.append(": ")
                $0.append(text)
            }
        case .array:
            try writer.array { writer throws(RequestError) in
                if let introduction { writeIntroduction(introduction, to: &writer) }
                var index = 0
                for part in content.elements {
                    try writePart(part, "\(path)[\(index)]", to: &writer)
                    index += 1
                }
            }
        default:
            throw .invalidType(path, expected: "a string or an array", got: content.kind.described)
        }
    }

    private static func writeIntroduction(_ introduction: StringContents, to writer: inout Writer) {
        writer.object {
            $0.member("type", "input_text")
            $0.name("text")
            $0.string {
                $0.append(introduction)
                $0.append(":")
            }
        }
    }

    private static func writePart(_ part: Value, _ path: String, to writer: inout Writer) throws(RequestError) {
        guard part.kind == .object else {
            throw .invalidType(path, expected: "an object", got: part.kind.described)
        }
        let type = try part.required("type", as: .string, in: path + ".")
        switch type.string {
        case "text":
            let text = try part.required("text", as: .string, in: path + ".")
            writer.object {
                $0.member("type", "input_text")
                $0.member("text", text)
                $0.memberIfGiven("prompt_cache_breakpoint", of: part)
            }
        case "image_url":
            try writeImage(part, path, to: &writer)
        case "file":
            let file = try part.required("file", as: .object, in: path + ".")
            writer.object {
                $0.member("type", "input_file")
                for member in file.members where !member.value.isNull { $0.member(member) }
                $0.memberIfGiven("prompt_cache_breakpoint", of: part)
            }
        case "input_audio":
            throw RequestError(
                message: "Unsupported content: '\(path)' is audio, which the Responses API does not accept. "
                    + "Send a transcript as text.",
                param: path, code: "unsupported_value")
        case let other:
            throw .invalidValue(path + ".type", other ?? "", supported: "'text', 'image_url', and 'file'")
        }
    }

    /// Moves the URL out of its object and makes `detail` explicit: it is optional in Chat Completions only.
    private static func writeImage(_ part: Value, _ path: String, to writer: inout Writer) throws(RequestError) {
        let image = try part.required("image_url", as: .object, in: path + ".")
        let url = try image.required("url", as: .string, in: path + ".image_url.")
        let detail = try image.given("detail", as: .string, in: path + ".image_url.")
        writer.object {
            $0.member("type", "input_image")
            $0.member("image_url", url)
            if let detail { $0.member("detail", detail) } else { $0.member("detail", "auto") }
            $0.memberIfGiven("prompt_cache_breakpoint", of: part)
        }
    }
}

extension Writer {
    /// Copies a member, unless it is absent or `null`.
    mutating func memberIfGiven(_ name: StaticString, of object: Value) {
        if let value = object.given(name) { member(name, value) }
    }
}
