import Testing

@testable import Gateway

/// A state that expectations can hold: they copy what they are about.
private final class State {
    private var state = StreamState()

    var isRestarting: Bool { state.isRestarting }

    func headDelayPassed() -> Bool { state.headDelayPassed() }

    @discardableResult func streamsOpened() -> Bool { state.streamsOpened() }

    func wholeBodyArrived() -> Bool { state.wholeBodyArrived() }

    func contentArrived() -> Bool { state.contentArrived() }

    @discardableResult func earlyErrorArrived(canRepeat: Bool) -> Bool { state.earlyErrorArrived { canRepeat } }

    func failed(_ failure: HTTPError) -> Bool { state.failed(failure) }

    func streamsEnded() -> StreamState.AfterStreams { state.streamsEnded() }

    func finish(hasContent: Bool) -> StreamState.Ending { state.finish(hasContent: hasContent) }
}

struct StreamStateTests {
    private static let failure = HTTPError(status: 502, reason: "first", message: "")
    private static let second = HTTPError(status: 502, reason: "second", message: "")

    /// What the state is told.
    private enum Input: CaseIterable {
        case headDelay, streamsOpen, whole, content, earlyError, failure, streamsEnd
    }

    /// How a response ended, as the client sees it.
    private enum Seen: Equatable {
        case stream, streamWithError(String), whole, error(String)
    }

    @Test func `the head of a good stream waits for content`() {
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

    @Test func `an error before any content is asked about once more only while the client has nothing`() {
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

    @Test func `a whole body after the head of a stream is an error`() {
        let state = State()
        #expect(state.headDelayPassed())
        #expect(!state.wholeBodyArrived())
        guard case .error(let failure, sendsHead: false) = state.finish(hasContent: false) else {
            Issue.record("no error")
            return
        }
        #expect(failure.reason == "upstream_whole")
    }

    /// All orders of up to six inputs that can happen: the head is sent at most once and before any ending that needs it, the first
    /// failure is the one that counts, and exactly one ending follows.
    @Test func `every order of events ends in one way`() {
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

    /// A failure that arrives while the stream is given up anyway does not count.
    private func isRestartedAfterFailure(_ inputs: [Input]) -> Bool { inputs.contains(.earlyError) }

    /// Whether the session can report that next: upstream answers once per question, and streams end once.
    private func canFollow(_ inputs: [Input], _ next: Input) -> Bool {
        let question = inputs.split(separator: .streamsEnd, omittingEmptySubsequences: false).last ?? []
        let isOpen = question.contains(.streamsOpen)
        switch next {
        case .streamsOpen, .whole: return !isOpen && !inputs.contains(.whole) && !inputs.contains(.failure)
        case .content, .earlyError: return isOpen
        case .streamsEnd: return isOpen && question.contains(.earlyError)
        case .headDelay: return !inputs.contains(.headDelay)
        case .failure: return !inputs.contains(.whole)
        }
    }

    /// Plays the inputs, then the end. Nil where upstream is still to be asked at the end.
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
                isWhole = state.wholeBodyArrived()
                #expect(isWhole == (heads == 0))
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
