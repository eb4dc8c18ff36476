/// How two tensors of one name differ.
public struct TensorDifference: Sendable, Equatable {
  /// What of the two differs.
  public enum Kind: Sendable, Equatable {
    /// Only the first file has the tensor.
    case onlyInFirst
    /// Only the second file has the tensor.
    case onlyInSecond
    /// The shapes differ.
    case shape([Int], [Int])
    /// The values differ: how many, by how much at most, and that as a share of the greatest value of the first.
    case values(count: Int, largest: Double, relative: Double)
  }

  /// The tensor's name.
  public let name: String
  /// What differs.
  public let kind: Kind

  /// The differences between two files by name; tensors whose values are equal, in whatever element type, are not
  /// listed.
  public static func between(
    _ first: any TensorSource, _ second: any TensorSource
  ) throws(CheckpointError) -> [TensorDifference] {
    var differences: [TensorDifference] = []
    for a in first.tensors {
      guard let b = second[a.name] else {
        differences.append(TensorDifference(name: a.name, kind: .onlyInFirst))
        continue
      }
      if a.shape != b.shape {
        differences.append(TensorDifference(name: a.name, kind: .shape(a.shape, b.shape)))
      } else if let kind = try values(first, a, second, b) {
        differences.append(TensorDifference(name: a.name, kind: kind))
      }
    }
    for info in second.tensors where first[info.name] == nil {
      differences.append(TensorDifference(name: info.name, kind: .onlyInSecond))
    }
    return differences
  }

  private static func values(
    _ first: any TensorSource, _ a: TensorInfo, _ second: any TensorSource, _ b: TensorInfo
  ) throws(CheckpointError) -> Kind? {
    if a.type == b.type, try first.bytes(a.name) == second.bytes(b.name) { return nil }
    let (own, other) = (try first.doubles(a.name), try second.doubles(b.name))
    var count = 0
    var largest = 0.0
    var greatest = 0.0
    for (x, y) in zip(own, other) {
      if x.isFinite { greatest = max(greatest, x.magnitude) }
      guard x != y, !(x.isNaN && y.isNaN) else { continue }
      count += 1
      let difference = (x - y).magnitude
      largest = difference.isNaN ? .infinity : max(largest, difference)
    }
    guard count > 0 else { return nil }
    return .values(count: count, largest: largest, relative: greatest > 0 ? largest / greatest : .infinity)
  }
}
