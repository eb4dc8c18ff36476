public import SluiceDecode

extension Clips {
  /// So many of the clips, spread evenly over all; all if there are no more.
  public func spread(_ count: Int) -> Clips {
    guard count < self.count else { return self }
    return selecting((0..<count).map { $0 * self.count / count })
  }
}
