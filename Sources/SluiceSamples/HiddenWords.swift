/// The words of a batch of texts that are hidden from the network: what it is to predict.
public struct HiddenWords: Sendable, Equatable {
  /// Positions of hidden words in the `[B, S]` ids of the batch, counted row by row, ascending.
  public let positions: [Int]
  /// The true id of each of them.
  public let ids: [Int]

  /// - Precondition: there is an id for each position.
  public init(positions: [Int], ids: [Int]) {
    precondition(positions.count == ids.count, "\(ids.count) ids for \(positions.count) positions")
    self.positions = positions
    self.ids = ids
  }
}
