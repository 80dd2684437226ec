import Foundation
import JSON
import Measurement

/// Measures the program's most frequent operations, one module at a time.
///
///     benchmarks                 time and allocations of each workload
///     benchmarks budgets         allocations only; fails if a workload exceeds its budget
///     benchmarks json FILE       prints the nanoseconds for parsing the file; used by compare-json
///     benchmarks repeat N TEXT   runs workloads whose name contains TEXT N times; for a profiler
@main
struct Program {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        switch arguments.first {
        case nil: try printTable()
        case "budgets": try checkBudgets()
        case "json" where arguments.count == 2: try parse(arguments[2])
        case "repeat" where arguments.count == 3:
            try repeatWorkloads(Int(arguments[2]) ?? 1, named: arguments[3])
        default:
            print("usage: benchmarks [budgets | json FILE | repeat N TEXT]")
            exit(64)
        }
    }

    private static func printTable() throws {
        for workload in try Workload.all() {
            let time = Measurement.nanoseconds(of: workload.operation)
            let allocations = Measurement.allocations(of: workload.operation)
            print(
                workload.name.padding(toLength: 44, withPad: " ", startingAt: 0),
                String(format: "%10.0f ns %8.2f allocations", time, allocations))
        }
    }

    private static func checkBudgets() throws {
        var isKept = true
        for workload in try Workload.all() {
            let allocations = Measurement.allocations(of: workload.operation)
            guard allocations > workload.budget else { continue }
            isKept = false
            print("\(workload.name): \(allocations) allocations; \(workload.budget) are allowed")
        }
        exit(isKept ? 0 : 1)
    }

    private static func repeatWorkloads(_ count: Int, named text: String) throws {
        for workload in try Workload.all() where workload.name.contains(text) {
            for _ in 0..<count { workload.operation() }
        }
    }

    private static func parse(_ path: String) throws {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        print(Measurement.nanoseconds { _ = try? Document(parsing: bytes) })
    }
}
