internal import SluicePlatform

extension DatasetList {
  /// Checks before anything begins that enough of the list is there.
  /// - Parameters:
  ///   - used: the numbers of the items that are used; all if `nil`.
  ///   - share: how many of the samples may be missing, from 0 to 1.
  ///   - total: samples there are, if the list is a part of them.
  /// - Throws: ``DatasetListError`` with the line of the first that is not there, if there are more.
  /// - Complexity: a system call for each item.
  public func requireFiles(
    of used: [Int]? = nil, tolerating share: Double, total: Int? = nil
  ) throws(DatasetListError) {
    let total = total ?? used?.count ?? items.count
    let missing = (used ?? Array(items.indices)).filter { FileKind(at: items[$0].path) == nil }
    guard let first = missing.first, Double(missing.count) > share * Double(total) else { return }
    throw error(
      items[first],
      "\(items[first].path) is not there; \(missing.count) of \(total) samples are missing, a share of \(share) is "
        + "tolerated. Correct the list, or say with --root where its paths begin")
  }
}
