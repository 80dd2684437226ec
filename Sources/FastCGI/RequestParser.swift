internal import CGI

/// Parses the records of one request as they arrive (FastCGI 1.0, sections 3.3 to 5.5).
///
/// libfcgi trusts the lengths that its peer sends and blocks until that many bytes have arrived. A request therefore never
/// reaches it unchecked. This parser never waits: it accepts input that is split at any byte.
///
/// | stage | record | next stage |
/// |---|---|---|
/// | beginning | BEGIN_REQUEST to a responder | parameters |
/// | parameters | PARAMS with content, up to 128 KB in total | parameters |
/// | parameters | PARAMS without content | body |
/// | body | STDIN with content | body |
/// | body | STDIN without content | end |
/// | parameters, body | ABORT_REQUEST | aborted |
/// | all but the last two | a management record, which is replied to | the same |
///
/// Everything else is an error, after which the connection must be closed.
struct RequestParser {
    /// The maximum size of a request's names and values, in bytes. Web servers limit a request's head to far less.
    static let parametersLimit = 128 << 10

    /// The maximum size of a GET_VALUES record's content, in bytes.
    private static let valuesLimit = 1 << 10

    /// The maximum number of management records before the end of one request.
    private static let managementLimit = 16

    /// How much of the request has arrived.
    enum Stage: Sendable {
        /// BEGIN_REQUEST is not complete yet.
        case beginning
        /// BEGIN_REQUEST is complete, and PARAMS are arriving.
        case parameters
        /// PARAMS are complete, and STDIN is arriving.
        case body
        /// The request is complete.
        case end
        /// The web server has aborted the request.
        case aborted
    }

    /// Why the bytes are not a request to a responder.
    enum Fault: Error, Sendable {
        /// They violate the protocol or exceed a limit.
        case malformed
        /// The request is for a role other than responder.
        case unknownRole
    }

    /// How much of the request has arrived.
    private(set) var stage = Stage.beginning

    /// The request's variables; empty before the stage ``Stage/body``.
    private(set) var parameters = Parameters()

    /// The web server's id for the request.
    private(set) var requestID: UInt16 = 0

    /// Whether the web server wants to reuse the connection.
    private(set) var keepsConnection = false

    /// The unsent reply to management records or to a request for another role.
    private var reply: [UInt8] = []

    /// The bytes of an incomplete header.
    private var header: [UInt8] = []
    private var record: Record.Header?
    private var contentLeft = 0
    private var paddingLeft = 0

    /// The content of the PARAMS records so far.
    private var pairs: [UInt8] = []
    /// The content of the current BEGIN_REQUEST or GET_VALUES record so far.
    private var content: [UInt8] = []
    private var managementCount = 0

    /// Creates a parser that expects the first byte of a request.
    init() {}

    /// Whether any byte of a request has arrived.
    var hasBegun: Bool { stage != .beginning || !header.isEmpty || record != nil }

    /// Parses the next bytes.
    ///
    /// - Parameters:
    ///   - bytes: the bytes that follow those of the last call.
    ///   - body: collects the pieces of the body, in order.
    /// - Returns: how many bytes belong to the request: all of them, unless the request ends earlier.
    /// - Throws: if the bytes are not a valid request. The parser must not be used after that.
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

    /// Returns the variables and removes them, because the request keeps them.
    mutating func takeParameters() -> Parameters {
        defer { parameters = Parameters() }
        return parameters
    }

    /// Returns the reply and removes it.
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

    /// Rejects another protocol at its first bytes, because a client that speaks it may wait for a response before it sends
    /// more.
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

    /// Replies with the requested values that this application defines: it handles one request at a time on a connection.
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
