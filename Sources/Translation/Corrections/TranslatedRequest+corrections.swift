public import JSON

/// Corrections of requests that upstream rejected.
extension TranslatedRequest {
    /// The request without the parameters in `refused`.
    ///
    /// Applies only if the operator's policy is to drop parameters. With the other policies, the client gets upstream's
    /// error.
    public func without(_ refused: [RefusedParameter]) -> TranslatedRequest {
        guard !refused.isEmpty, context.unsupportedParameters == .drop,
            let root = try? Document(parsing: body, maximumDepth: 512).root
        else { return self }
        let found = refused.filter { $0.isIn(root) }
        guard !found.isEmpty else { return self }
        var writer = Writer(reservingCapacity: body.count)
        writer.object { _ = $0.members(of: root, without: found.map { ($0.path[...], $0.substitute) }) }
        return with(
            body: writer.bytes, newNotices: found.map { $0.notice(in: context) }, recalledCallIDs: recalledCallIDs)
    }

    /// The request without the parameter that upstream's error names.
    ///
    /// - Parameter refusal: the body of upstream's error.
    /// - Returns: the request to send instead, and the finding to remember; nil if the request cannot be corrected.
    public func corrected(by refusal: Value) -> (request: TranslatedRequest, learned: RefusedParameter)? {
        guard context.unsupportedParameters == .drop, let sent = try? Document(parsing: body, maximumDepth: 512),
            let refused = RefusedParameter(refusal, refusing: sent.root)
        else { return nil }
        return (without([refused]), refused)
    }

    /// Whether an error may be about reasoning that was inserted: upstream cannot decrypt it, or does not accept it there.
    public func hasReasoning(refusedBy refusal: Value) -> Bool {
        guard !recalledCallIDs.isEmpty, let error = refusal["error"] else { return false }
        return error["code"]?.isString("invalid_encrypted_content") == true
            || error["param"]?.string?.hasPrefix("input") == true
    }

    /// The request without the reasoning that was inserted.
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
        return with(body: writer.bytes, recalledCallIDs: [])
    }
}

extension Writer {
    /// Writes an object's members without those at the paths, or with their substitutes. An object that becomes empty is
    /// left out.
    ///
    /// - Returns: whether any member was written.
    fileprivate mutating func members(
        of object: Value, without paths: [(path: ArraySlice<String>, substitute: String?)]
    ) -> Bool {
        var isEmpty = true
        for member in object.members {
            let below = paths.filter { $0.path.first == member.name }.map { ($0.path.dropFirst(), $0.substitute) }
            if let found = below.first(where: { $0.0.isEmpty }) {
                guard let substitute = found.1 else { continue }
                name(text: member.name)
                string(substitute)
            } else if below.isEmpty {
                self.member(member)
            } else {
                var inner = Writer(reservingCapacity: member.value.text.count)
                var hasMembers = false
                inner.object { hasMembers = $0.members(of: member.value, without: below) }
                guard hasMembers else { continue }
                name(text: member.name)
                json(inner.bytes)
            }
            isEmpty = false
        }
        return !isEmpty
    }
}
