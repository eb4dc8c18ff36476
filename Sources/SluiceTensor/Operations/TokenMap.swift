internal import SluiceKernels

/// Where each token of a rearranged sequence comes from: tokens may be left out, and zeros may stand between them.
///
/// Windows of a grid, shifted or not, are such an order: one copy there and one back, whatever the padding.
public struct TokenMap: Sendable {
  /// For each token of the result its number before, or -1 for a token of zeros.
  let sources: [Int32]
  /// For each token before its number in the result, or -1 if it is left out.
  let targets: [Int32]

  /// Tokens of the result.
  public var count: Int { sources.count }
  /// Tokens that are rearranged.
  public var sourceCount: Int { targets.count }

  /// A rearrangement of `sourceCount` tokens.
  /// - Parameter sources: for each token of the result its number before, or `nil` for zeros; no number comes twice.
  public init(_ sources: [Int?], sourceCount: Int) {
    var targets = [Int32](repeating: -1, count: sourceCount)
    for (target, source) in sources.enumerated() {
      guard let source else { continue }
      require(
        0 <= source && source < sourceCount && targets[source] < 0,
        ShapeError("TokenMap", [[sourceCount]], "token \(source) is outside, or comes twice"))
      targets[source] = Int32(target)
    }
    self.sources = sources.map { $0.map { Int32($0) } ?? -1 }
    self.targets = targets
  }

  private init(sources: [Int32], targets: [Int32]) {
    (self.sources, self.targets) = (sources, targets)
  }

  /// The way back: tokens that were left out come back as zeros, zeros between are dropped.
  public var inverse: TokenMap { TokenMap(sources: targets, targets: sources) }
}

extension Tensor {
  /// The tokens of each sample in another order: `[B, M, D]` from `[B, N, D]`.
  public func rearranged(by map: TokenMap) -> Tensor {
    require(
      shape.rank == 3 && shape[1] == map.sourceCount,
      ShapeError("rearranged", [shape], "wanted [B, \(map.sourceCount), D]"))
    let timer = OperationTimer.start()
    let result = copied(by: map)
    timer?.stop("rearrange", bytes: (count + result.count) * elementType.byteCount)
    return result.recorded("rearrange", [self]) { gradient in [gradient.copied(by: map.inverse)] }
  }

  private func copied(by map: TokenMap) -> Tensor {
    let size = shape[2] * elementType.byteCount
    let result = Tensor(uninitialized: [shape[0], map.count, shape[2]], elementType)
    let (from, to) = unsafe (storage.bytes, result.storage.bytes)
    Compute.current.team.forEachRange(shape[0] * map.count, grain: max(1, (1 << 16) / max(size, 1))) { range in
      for row in range {
        let (sample, token) = row.quotientAndRemainder(dividingBy: map.count)
        let source = Int(map.sources[token])
        if source < 0 {
          unsafe (to + row * size).initializeMemory(as: UInt8.self, repeating: 0, count: size)
        } else {
          unsafe (to + row * size).copyMemory(from: from + (sample * map.sourceCount + source) * size, byteCount: size)
        }
      }
    }
    return result
  }
}
