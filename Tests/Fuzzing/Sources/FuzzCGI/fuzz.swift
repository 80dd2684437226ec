import CGI

/// Variables from the client never crash the program and never inject lines into a response head. Each line of the input
/// is one variable.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = UnsafeBufferPointer(start: start, count: count)
    var parameters = Parameters()
    for entry in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
        parameters.insert(entry: Array(entry).span.bytes)
    }
    let request = Request(parameters: parameters)
    precondition(request.path.utf8.first == UInt8(ascii: "/"), "the path does not start with a slash")
    var head = ResponseHead(status: 200)
    head.add("X-Path", request.path)
    for (name, value) in parameters.withPrefix("HTTP_") { head.add(name, value) }
    for name in ["x-api-key", "authorization", "x-request-id"] {
        if let value = request.header(name) { head.add(name, value) }
    }
    let lines = head.serialized().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    // A status line, the headers, the empty line, and nothing after it.
    precondition(lines.count == head.headers.count + 3, "a header takes several lines")
    precondition(lines.dropLast().allSatisfy { $0.last == UInt8(ascii: "\r") }, "a line ends within a header")
    return 0
}
