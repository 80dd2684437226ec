/// The state of a response between upstream and the client. Decides when the head is sent, whether the request is sent
/// again, and how the response ends. Performs no I/O.
///
/// | phase      | upstream                                | client                                   |
/// |------------|-----------------------------------------|------------------------------------------|
/// | asking     | has not responded                       | has received nothing                     |
/// | announced  | has not responded                       | has the head, receives heartbeats        |
/// | waiting    | sends its streams, without content yet  | has received nothing                     |
/// | flowing    | sends its streams                       | has the head, receives content           |
/// | restarting | its stream is cancelled                 | has received nothing                     |
/// | failing    | its streams are cancelled               | has the head or nothing                  |
/// | ended      | is done                                 | has a whole response                     |
struct StreamState: ~Copyable {
    private enum Phase {
        case asking
        case announced
        case waiting
        case flowing
        case restarting
        case failing(HTTPError, headWasSent: Bool)
        case ended
    }

    /// What happens when all of upstream's streams have ended.
    enum AfterStreams: Equatable {
        /// Send the request again.
        case askAgain
        case finish
    }

    /// How the response ends.
    enum Ending {
        /// Write the end of the stream; the head first, if it was not sent.
        case complete(sendsHead: Bool)
        /// Write the error into the stream; the head first, if it was not sent and there is content to show.
        case error(HTTPError, sendsHead: Bool)
        /// Nothing was sent: respond with the error.
        case errorResponse(HTTPError)
        /// The whole response has already been sent.
        case none
    }

    private var phase = Phase.asking

    /// Whether the current stream is cancelled and the request will be sent again.
    var isRestarting: Bool {
        if case .restarting = phase { true } else { false }
    }

    /// The head delay is over.
    ///
    /// - Returns: whether to send the head, with a heartbeat.
    mutating func headDelayPassed() -> Bool {
        switch phase {
        case .asking: phase = .announced
        case .waiting: phase = .flowing
        case .announced, .flowing, .restarting, .failing, .ended: return false
        }
        return true
    }

    /// Upstream responds with streams.
    ///
    /// - Returns: whether the request is kept, to be sent again if a stream fails before any content.
    mutating func streamsOpened() -> Bool {
        guard case .announced = phase else {
            phase = .waiting
            return true
        }
        phase = .flowing
        return false
    }

    /// Upstream has responded with a whole body, and the client gets one: no stream was announced.
    mutating func wholeBodyArrived() {
        phase = .ended
    }

    /// A stream has visible content.
    ///
    /// - Returns: whether to send the head.
    mutating func contentArrived() -> Bool {
        guard case .waiting = phase else { return false }
        phase = .flowing
        return true
    }

    /// A stream has reported an error before any content.
    ///
    /// - Parameter canRepeat: whether the request can be sent again; called only if nothing was sent to the client.
    /// - Returns: whether to cancel the stream and send the request again after its end.
    mutating func earlyErrorArrived(canRepeat: () -> Bool) -> Bool {
        guard case .waiting = phase, canRepeat() else { return false }
        phase = .restarting
        return true
    }

    /// The request or one of the streams has failed. The first failure counts.
    ///
    /// - Returns: whether to cancel the streams.
    mutating func failed(_ failure: HTTPError) -> Bool {
        switch phase {
        case .asking, .waiting: phase = .failing(failure, headWasSent: false)
        case .announced, .flowing: phase = .failing(failure, headWasSent: true)
        case .restarting, .failing, .ended: return false
        }
        return true
    }

    /// All streams have ended.
    mutating func streamsEnded() -> AfterStreams {
        guard case .restarting = phase else { return .finish }
        phase = .asking
        return .askAgain
    }

    /// Upstream has nothing more to send.
    ///
    /// - Parameter hasContent: whether there is visible content.
    mutating func finish(hasContent: Bool) -> Ending {
        defer { phase = .ended }
        switch phase {
        // A complete stream may end before any content.
        case .asking, .waiting, .restarting: return .complete(sendsHead: true)
        case .announced, .flowing: return .complete(sendsHead: false)
        case .failing(let failure, headWasSent: true): return .error(failure, sendsHead: false)
        case .failing(let failure, headWasSent: false) where hasContent: return .error(failure, sendsHead: true)
        case .failing(let failure, headWasSent: false): return .errorResponse(failure)
        case .ended: return .none
        }
    }
}
