/// The body of a response as a sequence of writes: the events of a stream, or the whole body.
protocol Script: Sendable {
    /// The number of events.
    var count: Int { get }

    /// The bytes of an event. They are created when the event is due, so that a thousand live streams do not need memory for a
    /// thousand bodies.
    func event(_ index: Int) -> [UInt8]
}

/// The API's response to a request: a status, header fields and a body.
struct Answer: Sendable {
    enum Kind: String {
        case json = "application/json"
        case page = "text/html; charset=utf-8"
        case stream = "text/event-stream; charset=utf-8"
    }

    var status = 200
    var kind = Kind.json
    /// The length of the body in bytes; nil for a stream, which is sent in chunks.
    let length: Int?
    var retryAfter: Int?
    var limitHeaders = 0
    var script: any Script

    init(status: Int = 200, _ json: [UInt8]) {
        self.status = status
        length = json.count
        script = Whole(bytes: json)
    }

    init(stream script: any Script) {
        kind = .stream
        length = nil
        self.script = script
    }

    init(_ error: APIError) {
        self.init(status: error.status, error.body)
    }

    static func page(status: Int) -> Answer {
        let text = "<html><head><title>\(status)</title></head><body><h1>\(status)</h1></body></html>\n"
        var answer = Answer(status: status, Array(text.utf8))
        answer.kind = .page
        return answer
    }
}

/// A response and how to send it.
struct Reply: Sendable {
    enum Ending: Sendable {
        case complete, closeConnection, stall
    }

    enum Action: Sendable {
        case answer(Answer)
        /// Send these bytes without HTTP, then close the connection.
        case raw([UInt8])
        case hang
    }

    var action: Action
    /// Delay before the first byte, in milliseconds.
    var delay = 0
    /// Time between events, in milliseconds.
    var pace = 0
    /// The maximum number of events to send.
    var eventLimit = Int.max
    /// The action after the last event.
    var ending = Ending.complete
}

/// A body in one piece.
struct Whole: Script {
    let bytes: [UInt8]

    var count: Int { 1 }

    func event(_ index: Int) -> [UInt8] { bytes }
}

/// A body in pieces of 64 bytes, so that it can be broken off between them.
struct Pieces: Script {
    let bytes: [UInt8]

    private static let size = 64

    var count: Int { (bytes.count + Self.size - 1) / Self.size }

    func event(_ index: Int) -> [UInt8] {
        Array(bytes.dropFirst(index * Self.size).prefix(Self.size))
    }
}

extension Plan {
    /// The response as modified by the plan.
    func applied(to answer: Answer, defaultPace: Int) -> Reply {
        switch refusal {
        case .hang: return Reply(action: .hang, delay: delay)
        case .cutHead: return Reply(action: .raw([]), delay: delay)
        case .garbage: return Reply(action: .raw(Array("\u{16}\u{3}garbage, not HTTP\r\n\r\n".utf8)), delay: delay)
        case nil: break
        }
        var answer = answer
        if isHTML {
            answer = .page(status: status ?? 200)
        } else if let status {
            answer = Answer(.simulated(status: status))
        }
        answer.retryAfter = retryAfter
        answer.limitHeaders = limitHeaders
        return reply(with: answer, pace: answer.kind == .stream ? pace ?? defaultPace : pace ?? 0)
    }

    private func reply(with answer: Answer, pace: Int) -> Reply {
        var answer = answer
        if stop != nil, stop != .beforeTerminal, let whole = answer.script as? Whole {
            answer.script = Pieces(bytes: whole.bytes)
        }
        var reply = Reply(action: .answer(answer), delay: delay, pace: pace)
        switch stop {
        case .cut(let count): (reply.eventLimit, reply.ending) = (count, .closeConnection)
        case .stall(let count): (reply.eventLimit, reply.ending) = (count, .stall)
        case .beforeTerminal where answer.kind == .stream: reply.eventLimit = answer.script.count - 1
        case .beforeTerminal, nil: break
        }
        return reply
    }
}
