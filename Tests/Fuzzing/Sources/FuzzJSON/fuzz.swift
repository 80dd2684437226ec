import JSON

/// Accepted JSON must not change when it is written and parsed again, and all of its values must be readable.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let document = try? Document(parsing: bytes) else { return 0 }
    visit(document.root)
    var writer = Writer()
    writer.value(document.root)
    guard let again = try? Document(parsing: writer.bytes) else { fatalError("the written text is not JSON") }
    var second = Writer()
    second.value(again.root)
    precondition(second.bytes == writer.bytes, "the text changes when it is written again")
    return 0
}

private func visit(_ value: Value) {
    _ = (value.bool, value.integer, value.numberText, value.offset, value.duplicateMember, value["model"])
    if let contents = value.stringContents {
        var writer = Writer()
        writer.string(contents.decoded)
        guard let again = try? Document(parsing: writer.bytes) else { fatalError("a decoded string cannot be written") }
        // A lone surrogate is decoded as U+FFFD.
        precondition(
            again.root.stringContents == contents || contents.scalars.contains { $0.0 == nil }, "a string has changed")
    }
    for element in value.elements { visit(element) }
    for member in value.members {
        _ = member.name
        visit(member.value)
    }
}
