internal import JSON

extension Value {
    /// Whether both say the same in the same order, whatever white space they are written with.
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

    /// What is found by names with dots between them.
    func member(at path: String) -> Value? {
        var value = self
        for name in path.split(separator: ".") {
            guard let member = value.members.first(where: { $0.name == name }) else { return nil }
            value = member.value
        }
        return value
    }
}
