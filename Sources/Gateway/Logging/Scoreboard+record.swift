internal import Access
internal import Scoreboard
internal import Translation

extension Scoreboard {
    /// Counts a request that has ended.
    func note(_ record: AccessRecord) {
        update { ledger in
            let route = record.routePattern
            let caller = record.caller?.label ?? ""
            let model = record.countedModel(ledger)
            let error = record.clientLeft ? nil : record.error
            ledger.add(1, to: .requests, caller, route, model, String(record.status))
            if let error { ledger.add(1, to: .errors, route, error) }
            if error == HTTPError.tooManyStreams { ledger.add(1, to: .placesExhausted) }
            if record.retries > 0 { ledger.add(record.retries, to: .retries) }
            if record.clientLeft { ledger.add(1, to: .clientLeft) }
            for notice in record.notices where notice.kind == .dropped {
                ledger.add(1, to: .droppedParameters, notice.parameter)
            }
            if let usage = record.usage {
                ledger.add(
                    usage.input, usage.cached, usage.output, usage.reasoning, to: .tokens, caller, route, model)
                ledger.observe(Double(usage.input), in: .inputTokens, route, model)
                ledger.observe(Double(usage.output), in: .outputTokens, route, model)
            } else if let saved = record.savedTokens(ledger.mean(of: .outputTokens, route, model)) {
                ledger.add(saved, to: .savedOutputTokens)
            }
            let firstByte = record.status < 400 ? record.firstByte?.seconds : nil
            if let firstByte { ledger.observe(firstByte, in: .firstByte, route, model) }
            ledger.observe(record.duration.seconds, in: .duration, route, model, error ?? "")
            ledger.addToHistory(
                isError: error != nil, inputTokens: record.usage?.input ?? 0, outputTokens: record.usage?.output ?? 0,
                firstByte: firstByte)
        }
    }
}

extension AccessRecord {
    /// The model to count the request for. A name that upstream has never accepted is not used, because it may be any text
    /// from a client.
    fileprivate func countedModel(_ ledger: MetricStore) -> String {
        guard let modelSent else { return "" }
        let isTaken = upstreamStatus.map { $0 < 400 } ?? false
        return isTaken || ledger.mean(of: .firstByte, routePattern, modelSent) != nil ? modelSent : "unknown"
    }

    /// The estimated output tokens that were not generated because a stream ended early.
    ///
    /// - Parameter mean: the mean output tokens of other streams.
    fileprivate func savedTokens(_ mean: Double?) -> Int? {
        guard streams, let mean, outputTokensSeen > 0, mean > Double(outputTokensSeen) else { return nil }
        return Int(min(mean, 0x1p53)) - outputTokensSeen
    }
}

extension Duration {
    /// The duration in seconds, with its fraction.
    var seconds: Double { self / .seconds(1) }
}
