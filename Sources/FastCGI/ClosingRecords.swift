/// The records after the last of a response's bytes, with one behind them that means nothing (FastCGI 1.0, sections 3.3, 4.2,
/// 5.3 and 5.5).
enum ClosingRecords {
    static func encode(requestID: Int32) -> [UInt8] {
        let id = [UInt8(truncatingIfNeeded: requestID >> 8), UInt8(truncatingIfNeeded: requestID)]
        return record(type: 6, id: id, contentLength: 0)  // STDOUT, its end
            + record(type: 3, id: id, contentLength: 8)  // END_REQUEST, whose zeroes are REQUEST_COMPLETE
            + record(type: 11, id: [0, 0], contentLength: 8)  // UNKNOWN_TYPE
    }

    private static func record(type: UInt8, id: [UInt8], contentLength: UInt8) -> [UInt8] {
        [1, type] + id + [0, contentLength, 0, 0] + [UInt8](repeating: 0, count: Int(contentLength))
    }
}
