public import Files

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// Converts settings from text to types. Errors are collected, so that all can be reported at once.
public struct ConfigurationValues {
    private let lookUp: (String) -> String?
    /// The file that contains a secret; nil if it is not in a file.
    private let fileOfSecret: (String) -> String?
    /// The errors so far.
    public private(set) var faults: [ConfigurationError.Fault] = []
    private let start = ContinuousClock.now

    /// The time limit for all files that the configuration names together, in seconds.
    private static let patience = 10.0

    /// The time limit for the next file, in seconds: at least one, even if other files have used up the time.
    private var secondsForFile: Double { max(1, Self.patience - (ContinuousClock.now - start) / .seconds(1)) }

    /// Values from the sources of settings.
    public init(_ source: ConfigurationSource) {
        lookUp = source.value
        fileOfSecret = source.file(ofSecret:)
    }

    /// Values from a dictionary only, such as one location's overrides.
    public init(_ values: [String: String]) {
        lookUp = { values[$0] }
        fileOfSecret = { _ in nil }
    }

    /// Records an error.
    ///
    /// - Parameters:
    ///   - key: the setting.
    ///   - number: the number of the base, from 1, if each base has its own value.
    ///   - message: what is wrong, as a clause that follows the setting's name.
    public mutating func fail(_ key: ConfigurationKey, ofBase number: Int = 1, _ message: String) {
        faults.append(ConfigurationError.Fault(key: key, name: key.name(ofBase: number), message: message))
    }

    /// Records that a required setting is missing.
    public mutating func failAsMissing(_ key: ConfigurationKey, ofBase number: Int = 1) {
        fail(key, ofBase: number, "is not set; it must be \(key.allowed)")
    }

    /// The value as it is set; otherwise the default.
    public func text(_ key: ConfigurationKey, ofBase number: Int = 1) -> String? {
        lookUp(key.name(ofBase: number)) ?? (number == 1 ? key.defaultText : nil)
    }

    /// A secret, from its setting or its file; nil if neither is set, or after an error, which is recorded.
    public mutating func secret<T: Sendable, Fault: Error>(
        _ key: ConfigurationKey, ofBase number: Int = 1, _ parse: @escaping @Sendable (String) throws(Fault) -> T
    ) -> ConfiguredValue<T>? {
        guard let path = fileOfSecret(key.name(ofBase: number)) else {
            guard let text = text(key, ofBase: number) else { return nil }
            do throws(Fault) {
                return .value(try parse(text))
            } catch {
                fail(key, ofBase: number, "\(error); it must be \(key.allowed)")
                return nil
            }
        }
        let source = FileSource(path, limit: SecretFile.sizeLimit) { try parse(SecretFile.parse($0)) }
        do {
            return .file(try source.read(withinSeconds: secondsForFile))
        } catch let error as FileError {
            fail(key, ofBase: number, "\(error)")
            return nil
        } catch {
            fail(key, ofBase: number, "the file '\(path)' \(error); it must hold \(key.allowed)")
            return nil
        }
    }

    /// Reads the file that a setting names.
    ///
    /// - Parameters:
    ///   - key: the setting with the file's path.
    ///   - limit: the maximum size of the file, in bytes.
    ///   - parse: makes the value from the file's bytes.
    ///
    /// - Returns: nil if the setting is not set, or after an error, which is recorded.
    public mutating func file<T: Sendable>(
        _ key: ConfigurationKey, limit: Int, _ parse: @escaping @Sendable ([UInt8]) throws -> T
    ) -> FileReading<T>? {
        guard let path = text(key) else { return nil }
        do {
            return try FileSource(path, limit: limit, parse: parse).read(withinSeconds: secondsForFile)
        } catch let error as FileError {
            fail(key, "\(error)")
            return nil
        } catch {
            fail(key, "'\(path)' cannot be used: \(error)")
            return nil
        }
    }

    /// Converts the value with a parser whose error describes what is wrong.
    public mutating func parse<T, Failure: Error>(
        _ key: ConfigurationKey, _ parser: (String) throws(Failure) -> T
    ) -> T? {
        guard let text = text(key) else { return nil }
        do throws(Failure) {
            return try parser(text)
        } catch {
            // Not quoted if it may contain a password.
            let quoted = text.contains("@") ? "" : "'\(text)' "
            fail(key, "\(quoted)is invalid: \(error); it must be \(key.allowed)")
            return nil
        }
    }

    /// One of the values of a type; nil if the setting is not set, or after an error, which is recorded.
    public mutating func choice<T: RawRepresentable<String>>(_ key: ConfigurationKey, of type: T.Type) -> T? {
        guard let text = text(key) else { return nil }
        if let value = T(rawValue: text) { return value }
        refuse(key, text)
        return nil
    }

    /// A duration; zero after an error, which is recorded.
    public mutating func duration(_ key: ConfigurationKey, mayBeZero: Bool = false) -> Duration {
        guard let text = text(key) else { return .zero }
        guard let duration = Duration(parsing: text), mayBeZero || duration > .zero else {
            refuse(key, text)
            return .zero
        }
        return duration
    }

    /// A whole number; the lowest after an error, which is recorded.
    public mutating func number(_ key: ConfigurationKey, in range: ClosedRange<Int>) -> Int {
        guard let text = text(key) else { return range.lowerBound }
        guard let number = Int(text), range.contains(number) else {
            refuse(key, text)
            return range.lowerBound
        }
        return number
    }

    /// A size in bytes, up to 1 GiB; zero after an error, which is recorded.
    public mutating func size(_ key: ConfigurationKey, mayBeZero: Bool = false) -> Int {
        guard let text = text(key) else { return 0 }
        guard let size = parseSize(text), ((mayBeZero ? 0 : 1)...(1 << 30)).contains(size) else {
            refuse(key, text)
            return 0
        }
        return size
    }

    /// A whole number, 0 or greater; zero after an error, which is recorded.
    public mutating func count(_ key: ConfigurationKey) -> Int {
        guard let text = text(key) else { return 0 }
        guard let count = Int(text), (0...Self.largestCount).contains(count) else {
            refuse(key, text)
            return 0
        }
        return count
    }

    /// More than any machine has of anything that is limited here.
    private static let largestCount = 1_000_000_000

    /// Records that a value is not allowed, with the values that are.
    public mutating func refuse(_ key: ConfigurationKey, _ text: String) {
        fail(key, "'\(text)' is not allowed; it must be \(key.allowed)")
    }
}

extension Duration {
    /// Parses a whole number with a unit (`ms`, `s`, `m`, `h`), or without one in seconds.
    init?(parsing text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int64(digits), number < 1 << 32 else { return nil }
        switch text.dropFirst(digits.count) {
        case "ms": self = .milliseconds(number)
        case "", "s": self = .seconds(number)
        case "m": self = .seconds(number * 60)
        case "h": self = .seconds(number * 3600)
        default: return nil
        }
    }
}

/// Parses a whole number of bytes, or with the suffix `k`, `m` or `g` of KiB, MiB or GiB, as nginx does.
private func parseSize(_ text: String) -> Int? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = Int(digits), number < 1 << 31 else { return nil }
    switch text.dropFirst(digits.count).lowercased() {
    case "": return number
    case "k": return number << 10
    case "m": return number << 20
    case "g": return number << 30
    default: return nil
    }
}
