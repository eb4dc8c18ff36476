internal import SluicePlatform

extension DatasetList {
  /// The items at whose paths there is nothing.
  /// - Complexity: a system call for each item.
  public func missingItems() -> [DatasetItem] { items.filter { FileKind(at: $0.path) == nil } }

  /// Checks before anything begins that enough of the list is there.
  /// - Parameter share: how many of the samples may be missing, from 0 to 1.
  /// - Throws: ``DatasetListError`` with the line of the first that is not there, if there are more.
  public func requireFiles(tolerating share: Double) throws(DatasetListError) {
    let missing = missingItems()
    guard let first = missing.first, Double(missing.count) > share * Double(items.count) else { return }
    throw error(
      first,
      "\(first.path) is not there; \(missing.count) of \(items.count) samples are missing, a share of \(share) is "
        + "tolerated. Correct the list, or say with --root where its paths begin")
  }
}
