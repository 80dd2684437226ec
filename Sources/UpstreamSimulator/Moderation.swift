import JSON

/// The moderation results of a response, for input and output: never flagged.
enum Moderation {
    static func write(to writer: inout Writer) {
        writer.object {
            $0.name("input")
            $0.json(result.utf8)
            $0.name("output")
            $0.json(result.utf8)
        }
    }

    private static let result = """
        {"type":"moderation_result","model":"omni-moderation-latest","flagged":false,"categories":{"violence":false},\
        "category_scores":{"violence":0.0001},"category_applied_input_types":{"violence":["text"]}}
        """
}
