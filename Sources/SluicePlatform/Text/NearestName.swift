/// The name of `candidates` that `name` was probably meant to be, or `nil` if none is close.
///
/// Close means: at most a third of the longer name's letters have to change (Levenshtein distance).
public func nearestName(to name: String, among candidates: some Sequence<String>) -> String? {
  let scored = candidates.map { (name: $0, distance: editDistance(name.lowercased(), $0.lowercased())) }
  guard let best = scored.min(by: { ($0.distance, $0.name) < ($1.distance, $1.name) }) else { return nil }
  return best.distance * 3 <= max(name.count, best.name.count) + 1 ? best.name : nil
}

private func editDistance(_ first: String, _ second: String) -> Int {
  let columns = Array(second)
  var row = Array(0...columns.count)
  for (line, letter) in first.enumerated() {
    var diagonal = row[0]
    row[0] = line + 1
    for column in columns.indices {
      let change = diagonal + (letter == columns[column] ? 0 : 1)
      diagonal = row[column + 1]
      row[column + 1] = min(change, diagonal + 1, row[column] + 1)
    }
  }
  return row[columns.count]
}

/// ` Did you mean maskfeat?`, to be put behind a sentence about `name`; empty if no candidate is close.
package func didYouMean(_ name: String, among candidates: some Sequence<String>) -> String {
  nearestName(to: name, among: candidates).map { " Did you mean \($0)?" } ?? ""
}
