import Testing

@testable import Gateway

/// Wraps the noncopyable state in a class, because `#expect` copies the values in its expression.
private final class State {
    private var state = StreamState()

    var isRestarting: Bool { state.isRestarting }

    func headDelayPassed() -> Bool { state.headDelayPassed() }

    @discardableResult func streamsOpened() -> Bool { state.streamsOpened() }

    func wholeBodyArrived() { state.wholeBodyArrived() }

    func contentArrived() -> Bool { state.contentArrived() }

    @discardableResult func earlyErrorArrived(canRepeat: Bool) -> Bool { state.earlyErrorArrived { canRepeat } }

    func failed(_ failure: HTTPError) -> Bool { state.failed(failure) }

    func streamsEnded() -> StreamState.AfterStreams { state.streamsEnded() }

    func finish(hasContent: Bool) -> StreamState.Ending { state.finish(hasContent: hasContent) }
}

struct StreamStateTests {
    private static let failure = HTTPError(status: 502, reason: "first", message: "")
    private static let second = HTTPError(status: 502, reason: "second", message: "")

    /// The inputs of the state machine.
    private enum Input: CaseIterable {
        case headDelay, streamsOpen, whole, content, earlyError, failure, streamsEnd
    }

    /// How the response ended for the client.
    private enum Seen: Equatable {
        case stream, streamWithError(String), whole, error(String)
    }

    @Test func `the head is held back until the stream has content`() {
        let state = State()
        #expect(state.streamsOpened())
        #expect(state.contentArrived())
        #expect(!state.contentArrived())
        #expect(!state.headDelayPassed())
        #expect(state.streamsEnded() == .finish)
        guard case .complete(sendsHead: false) = state.finish(hasContent: true) else {
            Issue.record("not complete")
            return
        }
    }

    @Test func `an error before any content restarts the request only if the client has received nothing`() {
        let waiting = State()
        waiting.streamsOpened()
        #expect(waiting.earlyErrorArrived(canRepeat: true))
        #expect(waiting.isRestarting)
        #expect(!waiting.headDelayPassed())
        #expect(waiting.streamsEnded() == .askAgain)
        #expect(!waiting.isRestarting)

        let announced = State()
        #expect(announced.headDelayPassed())
        #expect(!announced.streamsOpened())
        #expect(!announced.earlyErrorArrived(canRepeat: true))

        let refused = State()
        refused.streamsOpened()
        #expect(!refused.earlyErrorArrived(canRepeat: false))
    }

    /// For all possible sequences of up to six inputs: the head is sent at most once and before any ending that needs
    /// it, the first failure determines the error, and exactly one ending follows.
    @Test func `every sequence of inputs has exactly one ending`() {
        var orders = 0
        func follow(_ inputs: [Input]) {
            if let seen = outcome(of: inputs) {
                orders += 1
                if inputs.contains(.failure), !inputs.contains(.whole) {
                    #expect(seen != .stream && seen != .whole || isRestartedAfterFailure(inputs), "\(inputs): \(seen)")
                }
            }
            guard inputs.count < 6 else { return }
            for next in Input.allCases where canFollow(inputs, next) { follow(inputs + [next]) }
        }
        follow([])
        #expect(orders > 500)
    }

    /// A failure that arrives while the stream is being cancelled for a restart does not count.
    private func isRestartedAfterFailure(_ inputs: [Input]) -> Bool { inputs.contains(.earlyError) }

    /// Whether the session can report this input next: upstream responds once per request, and streams end once.
    private func canFollow(_ inputs: [Input], _ next: Input) -> Bool {
        let question = inputs.split(separator: .streamsEnd, omittingEmptySubsequences: false).last ?? []
        let isOpen = question.contains(.streamsOpen)
        switch next {
        case .streamsOpen: return !isOpen && !inputs.contains(.whole) && !inputs.contains(.failure)
        // If a stream was announced, a whole body becomes a stream.
        case .whole:
            return !isOpen && [.whole, .failure, .headDelay].allSatisfy { !inputs.contains($0) }
        case .content, .earlyError: return isOpen
        case .streamsEnd: return isOpen && question.contains(.earlyError)
        case .headDelay: return !inputs.contains(.headDelay)
        case .failure: return !inputs.contains(.whole)
        }
    }

    /// Plays the inputs, then the end. Nil if an upstream request is still outstanding at the end.
    private func outcome(of inputs: [Input]) -> Seen? {
        let state = State()
        var (heads, isWhole, isAsking, hasContent) = (0, false, true, false)
        var failed = false
        for input in inputs {
            switch input {
            case .headDelay: if state.headDelayPassed() { heads += 1 }
            case .streamsOpen:
                let keepsRequest = state.streamsOpened()
                #expect(keepsRequest == (heads == 0))
                isAsking = false
            case .whole:
                isAsking = false
                isWhole = true
                state.wholeBodyArrived()
            case .content:
                hasContent = hasContent || !state.isRestarting
                if state.contentArrived() { heads += 1 }
            case .earlyError: state.earlyErrorArrived(canRepeat: true)
            case .failure:
                let isFirst = state.failed(failed ? Self.second : Self.failure)
                #expect(!(isFirst && failed))
                failed = failed || isFirst
            case .streamsEnd:
                guard state.streamsEnded() == .askAgain else { return nil }
                (isAsking, hasContent) = (true, false)
            }
        }
        if isAsking && !failed || state.isRestarting { return nil }
        #expect(heads <= 1)
        switch state.finish(hasContent: hasContent) {
        case .none:
            #expect(isWhole && heads == 0)
            return .whole
        case .complete(let sendsHead):
            #expect(sendsHead == (heads == 0))
            return .stream
        case .error(let failure, let sendsHead):
            #expect(sendsHead == (heads == 0))
            return .streamWithError(failure.reason)
        case .errorResponse(let failure):
            #expect(heads == 0)
            #expect(failure.reason == "first")
            return .error(failure.reason)
        }
    }
}
