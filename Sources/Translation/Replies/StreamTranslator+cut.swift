internal import JSON

// Ending a response before upstream does: at a stop sequence, or at the client's token limit if upstream's is higher.

extension StreamTranslator {
    /// Ends the response before upstream does. If the client wants the usage, upstream's stream is read to its end.
    mutating func cut(_ ending: FinishReason, into output: inout [UInt8]) {
        let complete = FinishReason(hasCalls: nextToolIndex > 0, for: context)
        let reason = ending == .stop ? complete : ending
        writeRole(isFollowedByText: true, into: &output)
        writer.finish(reason, serviceTier: nil, into: &output)
        cutReason = reason
        guard !context.includesUsage else { return }
        leavesUpstream = true
        finishCut(usage: nil, into: &output)
    }

    /// Reads an event after the response has ended, for the usage only. Errors are ignored, because the client has its
    /// response.
    mutating func listenForUsage(_ event: Value, into output: inout [UInt8]) {
        switch event["type"]?.string {
        case "response.completed", "response.incomplete", "response.done", "response.failed", "response.cancelled":
            finishCut(usage: Usage(of: event["response"], for: context), into: &output)
        case "error":
            finishCut(usage: nil, into: &output)
        default:
            break
        }
    }

    mutating func finishCut(usage: Usage?, into output: inout [UInt8]) {
        guard let cutReason, outcome == nil else { return }
        self.usage = usage
        if !isOneOfSeveral { writeEnd(usage: usage, serviceTier: nil, into: &output) }
        outcome = .finished(cutReason)
    }
}
