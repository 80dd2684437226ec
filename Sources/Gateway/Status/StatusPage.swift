internal import CGI
internal import Crypto

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// The status page for a browser: `page.html`, which asks its own address for the figures in JSON.
enum StatusPage {
    static let head = ResponseHead(
        status: 200,
        headers: [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Cache-Control", "no-store"),
            ("Content-Security-Policy", policy),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
        ])

    static let body = PackageResources.page_html

    /// What the browser lets the page do (Content Security Policy, level 3): run its own script and no other, whatever clients
    /// put into names, and talk to nobody but where it came from.
    private static let policy = """
        default-src 'none'; script-src '\(digest(of: "script"))'; style-src '\(digest(of: "style"))'; \
        connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
        """

    /// The digest of the text in the page's only element of that name.
    private static func digest(of element: String) -> String {
        let page = String(decoding: body, as: UTF8.self)
        let text = page.split(separator: "<\(element)>")[1].split(separator: "</\(element)>")[0]
        return "sha256-" + Data(SHA256.hash(data: Data(text.utf8))).base64EncodedString()
    }
}
