import JSON
import Translation

/// Invalid requests are rejected, and upstream requests are JSON objects. The first byte determines the settings and the
/// route.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard count > 1,
        let document = try? Document(parsing: Array(UnsafeBufferPointer(start: start + 1, count: count - 1)))
    else { return 0 }
    for request in translated(document, by: start.pointee) {
        guard let sent = try? Document(parsing: request.body, maximumDepth: 512), sent.root.kind == .object else {
            fatalError("the upstream request is not a JSON object")
        }
        precondition(sent.root.duplicateMember == nil, "a member is sent twice")
        for notice in request.notices { _ = (notice.field, notice.reason) }
        _ = request.withoutReasoning
        _ = request.asking("another")
        _ = request.corrected(by: document.root)
    }
    return 0
}

private func translated(_ document: Document, by choice: UInt8) -> [TranslatedRequest] {
    var settings = TranslationSettings()
    settings.target = Target.allCases[Int(choice & 3) % 3]
    settings.inputFormat = choice & 4 == 0 ? .transcript : .items
    settings.unsupportedParameters = UnsupportedParameterPolicy.allCases[Int(choice >> 3 & 3) % 3]
    settings.keepsReasoning = choice & 32 == 0
    let translator = RequestTranslator(settings: settings)
    do throws(RequestError) {
        switch choice >> 6 {
        case 0: return [try translator.translateProxyRequest(document)]
        case 1: return [try translator.translateChatRequest(document)]
        case 2: return try translator.translateCompletionRequest(document)
        default: return [try translator.mapModel(of: document, for: "/responses")]
        }
    } catch {
        _ = error.message
        return []
    }
}
