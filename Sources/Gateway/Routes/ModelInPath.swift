internal import JSON

extension [UInt8] {
    /// A request's body with the model that its path names, if the body itself names none.
    ///
    /// Bodies that are no JSON objects stay as they are: their errors are found when they are translated.
    func naming(_ model: String) -> [UInt8] {
        guard let root = try? Document(parsing: self, maximumCount: maximumJSONCount).root, root.kind == .object,
            root.given("model") == nil
        else { return self }
        var writer = Writer(reservingCapacity: count + model.utf8.count + 16)
        writer.object {
            $0.member("model", model)
            for member in root.members where !(member.nameContents == "model") { $0.member(member) }
        }
        return writer.bytes
    }
}
