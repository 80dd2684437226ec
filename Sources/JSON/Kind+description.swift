extension Value.Kind {
    /// The kind as JSON names it, for error messages: "a string", "an array", "a boolean" …
    public var described: String {
        switch self {
        case .null: "null"
        case .true, .false: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
