public import JSON

/// Requests that upstream refused for a reason that can be taken away.
extension TranslatedRequest {
    /// Without the parameters among `refused` that it has.
    ///
    /// Only where the operator lets parameters be dropped: who wants them forwarded or rejected gets to see the refusal.
    public func without(_ refused: [RefusedParameter]) -> TranslatedRequest {
        guard !refused.isEmpty, context.unsupportedParameters == .drop else { return self }
        return refused.reduce(self) { $0.without($1) ?? $0 }
    }

    /// Without what upstream's refusal names.
    ///
    /// - Parameter refusal: the body of upstream's error.
    /// - Returns: the request to send instead, and what there is to learn from it; nil when it cannot be corrected.
    public func corrected(by refusal: Value) -> (request: TranslatedRequest, learned: RefusedParameter)? {
        guard context.unsupportedParameters == .drop, let sent = try? Document(parsing: body, maximumDepth: 512),
            let refused = RefusedParameter(refusal, refusing: sent.root), let request = without(refused)
        else { return nil }
        return (request, refused)
    }

    private func without(_ refused: RefusedParameter) -> TranslatedRequest? {
        guard let root = try? Document(parsing: body, maximumDepth: 512).root, refused.isIn(root) else { return nil }
        var writer = Writer(reservingCapacity: body.count)
        writer.members(of: root, without: refused.path[...])
        var corrected = self
        corrected.body = writer.bytes
        corrected.notices.append(refused.notice(model: context.modelSent))
        return corrected
    }

    /// Whether a refusal is about reasoning that was put back, which upstream could not unseal.
    public func hasReasoning(refusedBy refusal: Value) -> Bool {
        !recalledCallIDs.isEmpty && refusal["error"]?["code"]?.isString("invalid_encrypted_content") == true
    }

    /// Without the reasoning that was put back.
    public var withoutReasoning: TranslatedRequest {
        guard let root = try? Document(parsing: body, maximumDepth: 512).root else { return self }
        var writer = Writer(reservingCapacity: body.count)
        writer.object { writer in
            for member in root.members {
                guard member.nameContents == "input", member.value.kind == .array else {
                    writer.member(member)
                    continue
                }
                writer.name("input")
                writer.array {
                    for item in member.value.elements where item["type"]?.isString("reasoning") != true {
                        $0.value(item)
                    }
                }
            }
        }
        var request = self
        request.body = writer.bytes
        request.recalledCallIDs = []
        return request
    }
}

extension Writer {
    /// Writes an object without the member at that path, and without what is left empty by that.
    fileprivate mutating func members(of object: Value, without path: ArraySlice<String>) {
        self.object { writer in
            for member in object.members {
                guard member.name == path.first else {
                    writer.member(member)
                    continue
                }
                let isOnlyMember = member.value.members.dropFirst().first { _ in true } == nil
                guard path.count > 1, !isOnlyMember else { continue }
                writer.name(text: member.name)
                writer.members(of: member.value, without: path.dropFirst())
            }
        }
    }
}
