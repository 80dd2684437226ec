/// The web server that responded, if it names itself (`Server`), and the changes to its configuration.
enum WebServer: String, CaseIterable {
    case nginx
    case apache = "Apache"
    case lighttpd

    /// Nil if the header is missing or names another server.
    init?(named header: String?) {
        guard
            let found = Self.allCases.first(where: { header?.lowercased().hasPrefix($0.rawValue.lowercased()) == true })
        else { return nil }
        self = found
    }

    /// The kinds of changes; each server has its own settings for them.
    enum Remedy {
        case handOver, reach, passKey, passPath, takeLargeBodies, passEvents, sendUncompressed
    }

    /// What to change in that server; for an unknown server, what to change in each.
    static func remedy(_ remedy: Remedy, in server: WebServer?) -> String {
        guard let server else {
            return allCases.map { "\($0.rawValue): \($0.words(for: remedy))" }.joined(separator: "; ")
        }
        return "\(server.rawValue): \(server.words(for: remedy))"
    }

    private func words(for remedy: Remedy) -> String {
        switch (self, remedy) {
        case (.nginx, .handOver): "a location for this path with fastcgi_pass"
        case (.apache, .handOver): "ProxyPass (mod_proxy_fcgi), or SetHandler fcgid-script, for this path"
        case (.lighttpd, .handOver): "fastcgi.server for this path, with check-local disabled"
        case (.nginx, .reach):
            "fastcgi_pass must name the socket that gpt-proxy listens on, and nginx's user must be in its group"
        case (.apache, .reach):
            "ProxyPass must name the socket that gpt-proxy listens on, and Apache's user must be in its group"
        case (.lighttpd, .reach):
            "\"socket\" must be the one that gpt-proxy listens on, and lighttpd's user must be in its group"
        case (.apache, .passKey): "CGIPassAuth On"
        case (_, .passKey): "remove the setting that clears HTTP_AUTHORIZATION"
        case (.nginx, .passPath): "include fastcgi_params, or fastcgi_param SCRIPT_NAME $fastcgi_script_name"
        case (.apache, .passPath): "pass the whole path: ProxyPass \"/\" \"unix:…|fcgi://gpt-proxy/\""
        case (.lighttpd, .passPath): "\"fix-root-scriptname\" => \"enable\""
        case (.nginx, .takeLargeBodies): "client_max_body_size, as large as MAX_BODY"
        case (.apache, .takeLargeBodies): "LimitRequestBody, and FcgidMaxRequestLen (mod_fcgid), as large as MAX_BODY"
        case (.lighttpd, .takeLargeBodies): "server.max-request-size, in kilobytes, as large as MAX_BODY"
        case (.nginx, .passEvents):
            "fastcgi_buffering off, or proxy_buffering off if it passes requests to another nginx"
        case (.apache, .passEvents): "flushpackets=on after ProxyPass, or FcgidOutputBufferSize 0 (mod_fcgid)"
        case (.lighttpd, .passEvents): "server.stream-response-body = 2"
        case (.nginx, .sendUncompressed): "gzip off, or no text/event-stream in gzip_types"
        case (.apache, .sendUncompressed): "SetEnv no-gzip 1"
        case (.lighttpd, .sendUncompressed): "no text/event-stream in deflate.mimetypes"
        }
    }
}
