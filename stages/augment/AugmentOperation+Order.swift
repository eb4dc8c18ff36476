extension AugmentOperation {
  /// What an image is made of between two operations.
  private enum Stage: Int, Comparable {
    case bytes
    /// Resized in floats; a flip is part of the resize.
    case unrounded
    /// Normalized values, some of them noise.
    case erased

    static func < (one: Stage, other: Stage) -> Bool { one.rawValue < other.rawValue }
  }

  /// The last stage it can begin from.
  private var latest: Stage {
    switch kind {
    case .erase: .erased
    case .flip: .unrounded
    default: .bytes
    }
  }

  /// The stage it leaves bytes in.
  private var result: Stage {
    switch kind {
    case .resizedCrop(_, _, _, .floatBilinear, _), .multiScaleCrop(_, .floatBilinear), .shortSide(_, .floatBilinear, _),
      .storedView(_, .floatBilinear), .resized(_, .floatBilinear):
      .unrounded
    case .erase: .erased
    default: .bytes
    }
  }

  /// - Throws: ``AugmentError`` if an operation on bytes follows one that leaves none.
  package static func checkOrder(of operations: [AugmentOperation]) throws(AugmentError) {
    var stage = Stage.bytes
    for (index, operation) in operations.enumerated() {
      guard stage <= operation.latest else {
        let cause = stage == .erased ? "erasing" : "a resize in floats"
        throw .setting(
          "operation \(index + 1) of \(operations.count) works on bytes, but \(cause) comes before it. Put it last")
      }
      stage = max(stage, operation.result)
    }
  }
}
