internal import Logs
internal import Scoreboard
internal import Settings
internal import Presentation

extension StatusOverview {
    /// The page in php-fpm's default format: one name and value per line, followed by a block of such lines for each live
    /// request.
    ///
    /// - Parameter isFull: whether live requests are listed.
    public func text(isFull: Bool) -> String {
        var text = ""
        func line(_ name: String, _ value: some CustomStringConvertible) {
            let name = name + ":"
            // Model names come from clients and may contain control characters.
            text += name + String(repeating: " ", count: max(1, 22 - name.count)) + PlainText.of("\(value)") + "\n"
        }
        line("pool", "gpt-proxy")
        line("process manager", "static")
        line("start time", Timestamp.text(startTime))
        line("start since", Int(uptime))
        line("accepted conn", accepted)
        line("idle processes", processes.count - activeProcesses)
        line("active processes", activeProcesses)
        line("total processes", processes.count)
        line("max children reached", sum(of: .placesExhausted))
        line("live streams", live)
        line("max live streams", mostLive)
        line("stream limit", streamLimit)
        line("memory", memory)
        line("errors", sum(of: .errors))
        line("retries", sum(of: .retries))
        line("client left", sum(of: .clientLeft))
        line("saved output tokens", sum(of: .savedOutputTokens))
        line("lost log lines", sum(of: .lostLogLines))
        line("input tokens", sum(of: .tokens, 0))
        line("cached tokens", sum(of: .tokens, 1))
        line("output tokens", sum(of: .tokens, 2))
        line("reasoning tokens", sum(of: .tokens, 3))
        for text in faultTexts { line("warning", text) }
        for (setting, processes) in unreadableFiles where processes > 0 {
            line("unreadable file", "\(setting.rawValue), by \(processes) of \(self.processes.count) processes")
        }
        for warning in retirements { line("model", "\(warning.model) \(warning.text)") }
        for exchange in isFull ? exchanges : [] {
            text += "\n************************\n"
            line("pid", exchange.process)
            line("state", exchange.state)
            line("start time", Timestamp.text(exchange.exchange.startTime))
            line("start since", Decimals.text(max(0, time - exchange.exchange.startTime), places: 1))
            line("request method", exchange.exchange.method)
            line("request uri", exchange.exchange.route)
            line("request id", exchange.exchange.requestID)
            line("user", exchange.exchange.caller.isEmpty ? "-" : exchange.exchange.caller)
            line("model", exchange.exchange.model.isEmpty ? "-" : exchange.exchange.model)
            line("first byte", exchange.exchange.firstByte.map { Decimals.text($0, places: 3) } ?? "-")
            line("output tokens", exchange.exchange.outputTokens)
        }
        return text
    }
}

extension StatusOverview.Request {
    /// The request's state: waiting for upstream's first byte, or streaming.
    var state: String { exchange.firstByte == nil ? "waiting" : "streaming" }
}
