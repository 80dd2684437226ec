/// The modulus of an RSA key, as bytes in big-endian order.
struct RSAModulus {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Whether the key is from the library of Infineon whose keys can be factored (ROCA, CVE-2017-15361). Its moduli are powers
    /// of 65537 modulo each small prime. Modulo the primes here, not all numbers are, so that another modulus passes for one of
    /// these with a probability of only 2⁻²⁸.
    var isFactorable: Bool {
        [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157].allSatisfy { prime in
            isPower(of: 65537, modulo: prime)
        }
    }

    private func isPower(of base: Int, modulo prime: Int) -> Bool {
        let remainder = bytes.reduce(0) { ($0 << 8 | Int($1)) % prime }
        var power = 1
        repeat {
            if power == remainder { return true }
            power = power * base % prime
        } while power != 1
        return false
    }
}
