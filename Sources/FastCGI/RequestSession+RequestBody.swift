internal import CGI
internal import NIOCore

/// Receives the request: takes the bytes that have arrived, and epoll reports when there are more. No system call blocks.
extension RequestSession: RequestBody {
    /// The number of bytes that are received before the event loop serves other sessions.
    private static let turn = 256 << 10

    /// The maximum number of bytes that one call receives before the variables, which identify the caller, are complete.
    private static let headPiece = 16 << 10

    /// The time limit for receiving the variables. Web servers have them before they connect.
    private static let headLimit = TimeAmount.seconds(10)

    /// How long a body may wait for memory.
    private static let memoryPatience = TimeAmount.seconds(2)

    /// How long the end of a response waits for the end of its request, which some web servers send in a separate write.
    private static let endPatience = TimeAmount.milliseconds(50)

    /// How long input that arrives after a complete response is received and discarded.
    private static let lingerLimit = TimeAmount.seconds(10)

    // MARK: The variables

    /// Receives until the variables are complete, then runs the handler.
    func receiveHead() {
        while !input.hasVariables {
            switch receivePiece(upTo: Self.headPiece) {
            case .some: break
            case .nothing where input.parser.hasBegun:
                keepPace(limit: min(Self.headLimit, service.uploadTimeout))
                return arm()
            case .nothing: return keepIdle()
            case .end: return close()
            }
        }
        input.endPace()
        if input.isAborted { close() } else { run() }
    }

    // MARK: The body

    func receive() async throws(BodyError) -> ReceivedBody {
        eventLoop.assertInEventLoop()
        let memory = MemoryBudget.Reservation(of: service.memory)
        do throws(BodyError) {
            try await receiveBody(memory)
        } catch {
            input.body.fail(error)
            input.endPace()
            throw error
        }
        input.endPace()
        return ReceivedBody(input.body.take(), memory: memory)
    }

    private func receiveBody(_ memory: MemoryBudget.Reservation) async throws(BodyError) {
        guard !connection.isLastResort else { throw .noDescriptor }
        let announced = try announcedLength()
        if let announced {
            try await admit(announced, memory)
            // Allocate only once. If less arrives than was announced, this has cost address space but no physical memory.
            input.body.reserveCapacity(announced)
        }
        var received = 0
        while true {
            if let failure = input.body.failure { throw failure }
            let count = input.body.bytes.count
            if let announced, count > announced || input.isAtEnd && count < announced { throw .incomplete }
            // Without an announced length, reserve memory in steps, as the array's capacity doubles.
            if count > memory.size { try await admit(2 * count, memory) }
            guard !input.isAtEnd else { return }
            switch receivePiece(upTo: context.buffer.count) {
            case .some(let count): received += count
            case .nothing: await waitForInput(limit: service.uploadTimeout)
            case .end: throw .incomplete
            }
            if received >= Self.turn {
                received = 0
                await Task.yield()
            }
        }
    }

    /// The body's length in bytes, if the web server knows it. It does not if it forwards a chunked upload while receiving it.
    private func announcedLength() throws(BodyError) -> Int? {
        guard let text = input.announcedLength else { return nil }
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { throw .incomplete }
        guard let length = Int(text), length <= service.maxBody else { throw .tooLarge(limit: service.maxBody) }
        return length
    }

    /// Reserves memory for the body. If there is too little, waits for other requests to release some.
    private func admit(_ size: Int, _ memory: MemoryBudget.Reservation) async throws(BodyError) {
        if memory.admit(size) { return }
        let end = eventLoop.scheduleTask(in: Self.memoryPatience) { memory.stopWaiting() }
        let isAdmitted = await withCheckedContinuation { continuation in
            memory.admit(size) { continuation.resume(returning: $0) }
        }
        end.cancel()
        guard isAdmitted else { throw .noMemory }
    }

    // MARK: Input that the handler has not read

    /// Discards the rest of the request that has arrived or arrives within `endPatience`. If the request is then complete, the
    /// connection can be reused.
    func discardRest() async {
        guard !input.isAtEnd else { return }
        input.body.discard()
        var hasWaited = false
        var received = 0
        while isOpen, !input.isAtEnd, received < Self.turn {
            switch receivePiece(upTo: context.buffer.count) {
            case .some(let count): received += count
            case .nothing where hasWaited: return
            case .nothing:
                hasWaited = true
                let end = eventLoop.scheduleTask(in: Self.endPatience) { self.input.resume() }
                await waitForInput(limit: Self.headLimit)
                end.cancel()
            case .end: loseClient()
            }
        }
    }

    /// Receives and discards what the web server still sends after the response. If the connection were closed at once, the web
    /// server's write would fail, and it might treat the response as failed, too.
    func linger() {
        connection.shutdownOutput()
        input.endPace()
        input.paceCheck = eventLoop.scheduleTask(in: Self.lingerLimit) { self.close() }
        discardInput()
    }

    func discardInput() {
        var received = 0
        while received < Self.turn {
            switch connection.receive(into: context.buffer) {
            case .bytes(let bytes): received += bytes.count
            case .nothing: return arm()
            case .end: return close()
            }
        }
        eventLoop.execute { if self.phase == .lingering { self.discardInput() } }
    }

    // MARK: Pieces

    private enum Piece {
        case some(Int)
        case nothing
        case end
    }

    /// Calls `recv` once. An invalid or aborted request ends the input.
    private func receivePiece(upTo limit: Int) -> Piece {
        switch connection.receive(into: UnsafeMutableRawBufferPointer(rebasing: context.buffer[..<limit])) {
        case .nothing: return .nothing
        case .end: return .end
        case .bytes(let bytes):
            let isRequest = (try? input.take(bytes)) != nil
            let reply = input.takeReply()
            guard reply.isEmpty || connection.reply(reply), isRequest, !input.isAborted else { return .end }
            return .some(bytes.count)
        }
    }

    private func waitForInput(limit: TimeAmount) async {
        keepPace(limit: limit)
        await withCheckedContinuation { continuation in
            input.suspend(continuation)
            arm()
        }
    }

    // MARK: Pace

    private func keepPace(limit: TimeAmount) {
        guard input.pace == nil else { return }
        input.pace = UploadPace(from: .now(), bytesPerSecond: service.uploadRate, limit: limit)
        schedulePaceCheck()
    }

    private func schedulePaceCheck() {
        guard let time = input.pace?.nextCheck else { return }
        input.paceCheck = eventLoop.scheduleTask(deadline: time) { self.checkPace() }
    }

    private func checkPace() {
        guard input.pace?.isTooSlow(at: .now()) == true else { return schedulePaceCheck() }
        giveUpInput(.tooSlow)
    }

    /// Stops receiving the request; a handler that waits for the body gets `error`.
    func giveUpInput(_ error: BodyError) {
        switch phase {
        case .arriving, .lingering: close()
        case .running:
            guard !input.isAtEnd else { return }
            input.endPace()
            input.body.fail(error)
            input.resume()
        case .ended: break
        }
    }
}
