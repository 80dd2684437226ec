internal import Glibc

/// Why a lookup found no address.
struct LookupFailure: Error, Hashable, CustomStringConvertible {
    /// The reason, as described by the system.
    let description: String
    /// Whether DNS has answered that the name does not exist or has no address. Every other failure means that there was no
    /// answer.
    let isAnswer: Bool
    /// Whether the process has too many files open.
    let isForWantOfDescriptors: Bool

    init(_ description: String, isAnswer: Bool = false, isForWantOfDescriptors: Bool = false) {
        self.description = description
        self.isAnswer = isAnswer
        self.isForWantOfDescriptors = isForWantOfDescriptors
    }

    /// - Parameters:
    ///   - status: what `getaddrinfo` returned.
    ///   - systemError: `errno` at that time.
    init(status: Int32, systemError: Int32) {
        guard status == EAI_SYSTEM else {
            self.init(
                String(cString: gai_strerror(status)),
                isAnswer: status == EAI_NONAME || status == Self.nameWithoutAddress)
            return
        }
        self.init(
            String(cString: strerror(systemError)),
            isForWantOfDescriptors: systemError == EMFILE || systemError == ENFILE)
    }

    /// `EAI_NODATA`, which glibc's headers define only for programs that enable GNU extensions.
    private static let nameWithoutAddress: Int32 = -5
}
