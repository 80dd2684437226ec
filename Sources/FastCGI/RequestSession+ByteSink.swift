internal import CGI
internal import NIOCore

/// Sends the response. It never writes more at once than the socket's buffer can hold, because the descriptor blocks.
extension RequestSession: ByteSink {
    func append(_ body: (inout [UInt8]) -> Void) {
        eventLoop.assertInEventLoop()
        output.append(body)
        if !isOpen { output.removeAll() }
    }

    func flush() {
        flush(leaving: 0)
    }

    /// Keeps the last piece back: it is sent together with the end of the request, in one write instead of two.
    func flushLast() {
        flush(leaving: Connection.maxPiece)
    }

    private func flush(leaving remainder: Int) {
        eventLoop.assertInEventLoop()
        guard isOpen else { return }
        output.flush()
        if stall == nil { _ = sendPieces(leaving: remainder) }
    }

    var pendingByteCount: Int {
        stall == nil ? output.heldCount : output.count
    }

    func whenDrained(_ action: @escaping @Sendable () -> Void) {
        eventLoop.assertInEventLoop()
        if stall == nil { action() } else { drainActions.append(action) }
    }

    /// Resumes sending after a stall.
    func resumeSending() {
        endStall()
        if sendPieces(leaving: 0) { fireDrainActions() }
    }

    /// Called at the end of the request: sends until at most one piece is left and the socket's buffer has room for it.
    func sendAllButLastPiece() async {
        eventLoop.assertInEventLoop()
        output.flush()
        while isOpen {
            if stall == nil, sendPieces(leaving: Connection.maxPiece) {
                if !isOpen || connection.hasRoom(for: output.sendableCount) { return }
                beginStall()
            }
            await withCheckedContinuation { continuation in
                whenDrained { continuation.resume() }
            }
        }
    }

    /// Sends pieces while more than `remainder` bytes are sendable. Returns false, after beginning a stall, if the socket's
    /// buffer is full.
    private func sendPieces(leaving remainder: Int) -> Bool {
        while output.sendableCount > remainder {
            guard connection.hasRoom(for: min(output.sendableCount, Connection.maxPiece)) else {
                beginStall()
                return false
            }
            let isWritten = output.takePiece(upTo: Connection.maxPiece) { connection.write($0, with: context.writer) }
            if !isWritten { loseClient() }
        }
        return true
    }

    // MARK: Stalls

    private func beginStall() {
        stall = eventLoop.scheduleTask(in: service.writeTimeout) { self.loseClient() }
        arm()
    }

    func endStall() {
        stall?.cancel()
        stall = nil
    }

    func fireDrainActions() {
        let actions = drainActions
        drainActions = []
        for action in actions { action() }
    }
}
