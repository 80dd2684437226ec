internal import CGI
internal import NIOCore
internal import Synchronization
internal import Threads

/// The threads in which libfcgi reads requests that are still arriving, since it can only wait for them.
///
/// A web server that has the body buffered sends it in no time, so a few threads do. One that hands slow uploads through
/// occupies a thread with each, up to the deadline: then more threads come, and those that find nothing to do end again.
final class ReadingThreads: Sendable {
    private static let minimum = 4
    private static let maximum = 64
    private static let idleSeconds = 10

    private let reader: RequestReader
    private let deadline: TimeAmount
    private let work = Semaphore()
    private let ended = Semaphore()
    private let state = Mutex(State())

    private struct State {
        var waiting = CircularBuffer<Exchange>()
        var reading: [Reading] = []
        var threadCount = 0
        var idleCount = 0
        var isCutOff = false
        var isStopping = false
    }

    private struct Reading {
        let exchange: Exchange
        let deadline: NIODeadline
        var isLate: Bool
    }

    init(reader: RequestReader, deadline: TimeAmount) {
        self.reader = reader
        self.deadline = deadline
    }

    func start() throws(StartError) {
        for _ in 0..<Self.minimum { try startThread() }
    }

    /// Reads the exchange's request and has the exchange begin with it.
    func lend(_ exchange: Exchange) {
        let needsThread = state.withLock {
            $0.waiting.append(exchange)
            return $0.waiting.count > $0.idleCount && $0.threadCount < Self.maximum
        }
        // Should the system have no thread to spare, the exchange waits for one of those that are there.
        if needsThread { try? startThread() }
        work.signal()
    }

    /// Cuts off the requests that are late; returns when to look again, nil when nothing is being read.
    func expire() -> NIODeadline? {
        state.withLock {
            guard !$0.reading.isEmpty || !$0.waiting.isEmpty else { return nil }
            let now = NIODeadline.now()
            var next = $0.waiting.isEmpty ? NIODeadline.distantFuture : now + deadline
            for index in $0.reading.indices where !$0.reading[index].isLate {
                if $0.reading[index].deadline <= now {
                    $0.reading[index].isLate = true
                    $0.reading[index].exchange.connection.shutdown(.reading)
                } else {
                    next = min(next, $0.reading[index].deadline)
                }
            }
            return next
        }
    }

    /// Cuts off all requests that have not arrived. No more may be lent.
    func cutOff() {
        state.withLock {
            $0.isCutOff = true
            for index in $0.reading.indices {
                $0.reading[index].isLate = true
                $0.reading[index].exchange.connection.shutdown(.reading)
            }
            for exchange in $0.waiting { exchange.connection.shutdown(.reading) }
        }
    }

    /// Ends all threads and waits for that. Nothing may be waiting or being read.
    func stop() {
        let count = state.withLock {
            $0.isStopping = true
            return $0.threadCount
        }
        for _ in 0..<count { work.signal() }
        if count > 0 { ended.wait() }
    }

    // MARK: In the threads

    private func startThread() throws(StartError) {
        state.withLock {
            $0.threadCount += 1
            $0.idleCount += 1
        }
        do throws(ThreadError) {
            try Thread.start(name: "fastcgi-reader") { self.run() }
        } catch {
            state.withLock {
                $0.threadCount -= 1
                $0.idleCount -= 1
            }
            throw StartError(error)
        }
    }

    private enum Turn {
        case read(Exchange)
        case again
        case end(isLast: Bool)
    }

    private func run() {
        while true {
            let isSignalled = work.wait(seconds: Self.idleSeconds)
            switch nextTurn(isSignalled: isSignalled) {
            case .read(let exchange): read(exchange)
            case .again: break
            case .end(let isLast):
                if isLast { ended.signal() }
                return
            }
        }
    }

    private func nextTurn(isSignalled: Bool) -> Turn {
        state.withLock {
            if isSignalled, let exchange = $0.waiting.popFirst() {
                $0.idleCount -= 1
                $0.reading.append(Reading(exchange: exchange, deadline: .now() + deadline, isLate: $0.isCutOff))
                return .read(exchange)
            }
            guard $0.isStopping || (!isSignalled && $0.threadCount > Self.minimum && $0.waiting.isEmpty) else {
                return .again
            }
            $0.threadCount -= 1
            $0.idleCount -= 1
            return .end(isLast: $0.isStopping && $0.threadCount == 0)
        }
    }

    private func read(_ exchange: Exchange) {
        let connection = exchange.connection
        var request = connection.awaitBeginning() ? reader.read(connection, mayWait: true) : nil
        let isLate = state.withLock {
            $0.idleCount += 1
            guard let index = $0.reading.firstIndex(where: { $0.exchange === exchange }) else { return false }
            return $0.reading.remove(at: index).isLate
        }
        if isLate, case .failure(.incomplete)? = request?.body { request?.body = .failure(.tooSlow) }
        exchange.begin(request)
    }
}
