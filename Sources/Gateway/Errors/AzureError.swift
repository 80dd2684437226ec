internal import JSON

/// Errors in the form of Azure's API, which differs from OpenAI's in some codes.
enum AzureError {
    /// - Parameters:
    ///   - status: the error's HTTP status.
    ///   - body: the error in the form of OpenAI's API.
    static func body(_ status: Int, _ body: [UInt8]) -> [UInt8] {
        guard let root = try? Document(parsing: body, maximumDepth: upstreamJSONDepth).root,
            let error = root["error"], let code = code(status, error)
        else { return body }
        var writer = Writer(reservingCapacity: body.count + 64)
        writer.object {
            $0.name("error")
            $0.object { writer in
                writer.member("code", code)
                for member in error.members where !(member.nameContents == "code") { writer.member(member) }
            }
            for member in root.members where !(member.nameContents == "error") { $0.member(member) }
        }
        return writer.bytes
    }

    /// Azure's code; nil if it is the same as OpenAI's.
    private static func code(_ status: Int, _ error: Value) -> String? {
        switch status {
        case 401, 429: "\(status)"
        case 404: error["code"]?.isString("model_not_found") == true ? "DeploymentNotFound" : "404"
        default: nil
        }
    }
}
