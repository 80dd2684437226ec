internal import JSON

// Ends of our own, before upstream's: at a stop sequence, or at a limit that upstream was not told.

extension StreamTranslator {
    /// Ends the reply before upstream's end. Where the client wants to know what it cost, upstream is heard out.
    mutating func cut(_ ending: FinishReason, into output: inout [UInt8]) {
        let complete = FinishReason(hasCalls: nextToolIndex > 0, answersInKind: context.usesFunctions)
        let reason = ending == .stop ? complete : ending
        writeRole(isFollowedByText: true, into: &output)
        writer.finish(reason, serviceTier: nil, into: &output)
        cutReason = reason
        guard !context.includesUsage else { return }
        leavesUpstream = true
        finishCut(usage: nil, into: &output)
    }

    /// A failure of upstream's is none of the client's any more: it has its reply.
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
