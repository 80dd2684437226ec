internal import JSON

extension Value {
    /// Whether both values are the same, apart from white space and from escapes in strings. The order of members matters.
    func isSame(as other: Value) -> Bool {
        guard kind == other.kind else { return false }
        switch kind {
        case .string: return stringContents == other.stringContents
        case .array:
            let (mine, others) = (Array(elements), Array(other.elements))
            return mine.count == others.count && zip(mine, others).allSatisfy { $0.isSame(as: $1) }
        case .object:
            let (mine, others) = (Array(members), Array(other.members))
            return mine.count == others.count
                && zip(mine, others).allSatisfy { $0.nameContents == $1.nameContents && $0.value.isSame(as: $1.value) }
        default: return text == other.text
        }
    }

    /// The value at a path of member names, separated by dots.
    func member(at path: String) -> Value? {
        var value = self
        for name in path.split(separator: ".") {
            guard let member = value.members.first(where: { $0.name == name }) else { return nil }
            value = member.value
        }
        return value
    }
}
