import JSON

/// Whatever is taken for JSON must stay the same when it is read and written again, and everything in it must be
/// readable.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let document = try? Document(parsing: bytes) else { return 0 }
    visit(document.root)
    var writer = Writer()
    writer.value(document.root)
    guard let again = try? Document(parsing: writer.bytes) else { fatalError("what was written is no JSON") }
    var second = Writer()
    second.value(again.root)
    precondition(second.bytes == writer.bytes, "written twice, it is not the same")
    return 0
}

private func visit(_ value: Value) {
    _ = (value.bool, value.integer, value.numberText, value.offset, value.duplicateMember, value["model"])
    if let contents = value.stringContents {
        var writer = Writer()
        writer.string(contents.decoded)
        guard let again = try? Document(parsing: writer.bytes) else { fatalError("a string's text is no string") }
        // A surrogate that stands alone is no text: it is decoded to U+FFFD.
        precondition(
            again.root.stringContents == contents || contents.scalars.contains { $0.0 == nil }, "a string has changed")
    }
    for element in value.elements { visit(element) }
    for member in value.members {
        _ = member.name
        visit(member.value)
    }
}
