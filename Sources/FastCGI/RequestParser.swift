internal import CGI

/// Takes the records of one request apart as they arrive (FastCGI 1.0, sections 3.3 to 5.5).
///
/// libfcgi believes what its peer says of lengths, and waits for what was promised. So nothing of a request reaches it before
/// it has been checked here, and all waiting is done outside: the parser takes the bytes that there are, cut anywhere.
///
/// | stage | record | next stage |
/// |---|---|---|
/// | beginning | BEGIN_REQUEST to a responder | parameters |
/// | parameters | PARAMS with content, until there are 128 KB | parameters |
/// | parameters | PARAMS without content | body |
/// | body | STDIN with content | body |
/// | body | STDIN without content | end |
/// | parameters, body | ABORT_REQUEST | aborted |
/// | all but the last two | a management record, which gets its reply | the same |
///
/// Everything else is a fault, after which the connection can only be closed.
struct RequestParser {
    /// What the names and values of a request may take, in bytes. Web servers bound a request's head far below.
    static let parametersLimit = 128 << 10

    /// What a management record may ask, in bytes.
    private static let valuesLimit = 1 << 10

    /// How many management records a request may come with.
    private static let managementLimit = 16

    /// How far the request has come.
    enum Stage: Sendable {
        /// Nothing has come, or not all of BEGIN_REQUEST.
        case beginning
        /// PARAMS are arriving.
        case parameters
        /// All of PARAMS has come, and STDIN is arriving.
        case body
        /// The whole request has come.
        case end
        /// The web server has given the request up.
        case aborted
    }

    /// Why bytes are no request that a responder answers.
    enum Fault: Error, Sendable {
        /// They break the protocol, or a limit.
        case malformed
        /// They are for another role than the responder's.
        case unknownRole
    }

    /// How far the request has come.
    private(set) var stage = Stage.beginning

    /// The request's variables; complete from the stage ``Stage/body`` on.
    private(set) var parameters = Parameters()

    /// The number that the web server has given the request.
    private(set) var requestID: UInt16 = 0

    /// Whether the web server wants to use the connection again.
    private(set) var keepsConnection = false

    /// What is to be written in reply to management records, or to a request for another role.
    private var reply: [UInt8] = []

    /// The part of a header that has come.
    private var header: [UInt8] = []
    private var record: Record.Header?
    private var contentLeft = 0
    private var paddingLeft = 0

    /// What PARAMS have brought.
    private var pairs: [UInt8] = []
    /// The content of a BEGIN_REQUEST or GET_VALUES record.
    private var content: [UInt8] = []
    private var managementCount = 0

    /// A parser for the first byte of a request.
    init() {}

    /// Whether bytes of a request have come.
    var hasBegun: Bool { stage != .beginning || !header.isEmpty || record != nil }

    /// Takes bytes as they came.
    ///
    /// - Parameters:
    ///   - bytes: what follows the bytes of the last call.
    ///   - body: takes the pieces of the body, in order.
    /// - Returns: how many bytes belong to the request: all of them, unless the request ends before.
    /// - Throws: when they are no request. The parser must not be used any more.
    mutating func parse(_ bytes: RawSpan, into body: inout BodyBuffer) throws(Fault) -> Int {
        var offset = 0
        while offset < bytes.byteCount, stage != .end, stage != .aborted {
            let rest = bytes.extracting(offset..<bytes.byteCount)
            if record == nil {
                offset += try parseHeader(rest)
            } else if contentLeft > 0 {
                let piece = rest.extracting(first: contentLeft)
                takeContent(piece, into: &body)
                contentLeft -= piece.byteCount
                offset += piece.byteCount
            } else {
                let skipped = min(paddingLeft, rest.byteCount)
                paddingLeft -= skipped
                offset += skipped
            }
            if record != nil, contentLeft == 0, paddingLeft == 0 { try endRecord() }
        }
        return offset
    }

    /// The variables, once: the request keeps them.
    mutating func takeParameters() -> Parameters {
        defer { parameters = Parameters() }
        return parameters
    }

    /// The reply, once.
    mutating func takeReply() -> [UInt8] {
        defer { reply = [] }
        return reply
    }

    // MARK: Headers

    private mutating func parseHeader(_ bytes: RawSpan) throws(Fault) -> Int {
        let missing = bytes.extracting(first: Record.headerLength - header.count)
        missing.withUnsafeBytes { self.header.append(contentsOf: $0) }
        guard self.header.count == Record.headerLength else {
            try checkBeginning()
            return missing.byteCount
        }
        let header = Record.Header(self.header.span.bytes)
        try checkBeginning()
        try check(header)
        self.header.removeAll(keepingCapacity: true)
        record = header
        contentLeft = header.contentLength
        paddingLeft = header.paddingLength
        return missing.byteCount
    }

    /// Sees to it that what speaks another protocol is found out by its first bytes: it may wait for an answer.
    private func checkBeginning() throws(Fault) {
        guard header[0] == Record.version else { throw .malformed }
        guard header.count > 1, stage == .beginning, let kind = Record.Kind(rawValue: header[1]) else { return }
        guard kind == .beginRequest || kind == .getValues else { throw .malformed }
    }

    private func check(_ header: Record.Header) throws(Fault) {
        guard header.requestID != 0 else { return try checkManagement(header) }
        guard stage == .beginning || header.requestID == requestID else { throw .malformed }
        switch (stage, header.kind) {
        case (.beginning, .beginRequest):
            guard header.contentLength == 8 else { throw .malformed }
        case (.parameters, .parameters):
            guard pairs.count + header.contentLength <= Self.parametersLimit else { throw .malformed }
        case (.body, .standardInput): break
        case (.parameters, .abortRequest), (.body, .abortRequest): break
        default: throw .malformed
        }
    }

    private func checkManagement(_ header: Record.Header) throws(Fault) {
        guard managementCount < Self.managementLimit else { throw .malformed }
        switch header.kind {
        case .getValues: guard header.contentLength <= Self.valuesLimit else { throw .malformed }
        case nil: break
        default: throw .malformed
        }
    }

    // MARK: Content

    private mutating func takeContent(_ piece: RawSpan, into body: inout BodyBuffer) {
        switch record?.kind {
        case .standardInput: body.append(piece)
        case .parameters: piece.withUnsafeBytes { pairs.append(contentsOf: $0) }
        case .beginRequest, .getValues: piece.withUnsafeBytes { content.append(contentsOf: $0) }
        default: break
        }
    }

    private mutating func endRecord() throws(Fault) {
        guard let record else { return }
        self.record = nil
        switch record.kind {
        case .beginRequest: try begin(record)
        case .parameters: if record.contentLength == 0 { try endParameters() }
        case .standardInput: if record.contentLength == 0 { stage = .end }
        case .abortRequest: stage = .aborted
        case .getValues: replyWithValues()
        default: refuse(type: record.type)
        }
    }

    private mutating func begin(_ record: Record.Header) throws(Fault) {
        let role = UInt16(content[0]) << 8 | UInt16(content[1])
        requestID = record.requestID
        keepsConnection = content[2] & 1 != 0
        content.removeAll(keepingCapacity: true)
        guard role == 1 else {
            reply += Record.encodeEnd(of: requestID, .unknownRole)
            throw .unknownRole
        }
        stage = .parameters
    }

    private mutating func endParameters() throws(Fault) {
        let pairs = pairs
        self.pairs = []
        var parameters = Parameters(standingIn: pairs)
        guard NameValuePairs.forEach(in: pairs.span.bytes, { parameters.insert(name: $0, value: $1) }) else {
            throw .malformed
        }
        self.parameters = parameters
        stage = .body
    }

    // MARK: Management records (section 4)

    /// Says what this application can do, as far as it was asked: one request at a time on a connection.
    private mutating func replyWithValues() {
        var values: [UInt8] = []
        _ = NameValuePairs.forEach(in: content.span.bytes) { name, _ in
            guard content.span.bytes.extracting(name).isEqual(to: "FCGI_MPXS_CONNS") else { return }
            values += NameValuePairs.encode("FCGI_MPXS_CONNS", "0")
        }
        content.removeAll(keepingCapacity: true)
        managementCount += 1
        reply += Record.encode(.getValuesResult, requestID: 0, values)
    }

    private mutating func refuse(type: UInt8) {
        managementCount += 1
        reply += Record.encode(.unknownType, requestID: 0, [type, 0, 0, 0, 0, 0, 0, 0])
    }
}

extension RawSpan {
    fileprivate func isEqual(to text: StaticString) -> Bool {
        withUnsafeBytes {
            $0.elementsEqual(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        }
    }
}
