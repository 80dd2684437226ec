internal import Diagnosis
internal import Models
internal import Presentation

/// The differences between upstream's list of models and the catalogue.
struct ModelComparison {
    private let catalogue: Catalogue
    private let list: UpstreamModelList
    private let day: Day

    init(of catalogue: Catalogue, with list: UpstreamModelList, on day: Day) {
        self.catalogue = catalogue
        self.list = list
        self.day = day
    }

    var lines: [String] {
        let listed = Set(list.names)
        let known = Set(catalogue.names)
        let living = catalogue.names.filter { catalogue.model(named: $0).shutdown.map { $0 > day } ?? true }
        return section("Shutdown dates that differ", list.names.compactMap(otherDay))
            + section("Known here, not listed by upstream", living.filter { !listed.contains($0) })
            + section("Listed by upstream, known here by a pattern only", list.names.filter { !known.contains($0) })
            + ["\(list.names.count) models listed by upstream, \(living.count) known here and not shut down on \(day)."]
    }

    private func otherDay(_ name: String) -> String? {
        let (theirs, ours) = (list.shutdowns[name], catalogue.model(named: name).shutdown)
        guard theirs != ours, theirs != nil || ours.map({ $0 <= day }) == true else { return nil }
        return "\(name): \(theirs?.description ?? "none") upstream, \(ours?.description ?? "none") here"
    }

    private func section(_ title: String, _ entries: [String]) -> [String] {
        entries.isEmpty ? [] : [title + ":"] + entries.map { "  " + PlainText.of($0) } + [""]
    }
}
