/// Copies this process's scoreboard to its file in the directory. It is used by one thread, which may block indefinitely in the
/// file system.
final class KeptBoard {
    private let board: Board
    private let directory: StateDirectory
    private let report: (DirectoryFault?) -> Void
    private var file: BoardFile?
    /// The size of the last image, in words.
    private var imageCount = 0
    private var mustAddUp = false
    private(set) var fault: DirectoryFault?

    /// - Parameters:
    ///   - board: the scoreboard.
    ///   - directory: the directory for its file.
    ///   - report: called with a fault when it begins, and with nil when it has ended.
    init(_ board: Board, in directory: StateDirectory, report: @escaping (DirectoryFault?) -> Void) {
        self.board = board
        self.directory = directory
        self.report = report
    }

    /// Copies the scoreboard to its file. Creates the file if it is missing. After a failure, the next call tries again.
    func copy() {
        let image = board.image(reserving: imageCount + imageCount / 8)
        imageCount = image.body.count
        do throws(ScoreboardError) {
            if let file, file.isInPlace {
                try file.update(image)
            } else {
                file = nil
                file = try directory.makeFile(board.identity, image)
                mustAddUp = true
            }
            settle(nil)
        } catch {
            settle(.cannotKeep(error))
        }
    }

    /// Adds up the counts of ended processes, once after each time that the file was created.
    func addUpEnded() {
        guard mustAddUp else { return }
        mustAddUp = false
        do throws(ScoreboardError) {
            try directory.addUpEnded(report: report)
        } catch {
            report(.cannotAddUp(error))
        }
    }

    private func settle(_ fault: DirectoryFault?) {
        defer { self.fault = fault }
        if fault != self.fault { report(fault) }
    }
}
