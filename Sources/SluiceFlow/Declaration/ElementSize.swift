/// What is known of the size of one element.
///
/// A stage works out the size of its outputs from the size of its inputs: a decoder needs to know how many frames
/// were chosen and how large they are. Counts that stages of one field understand are kept under names.
public struct ElementSize: Sendable, Equatable {
  /// The most bytes one element takes; `nil` where that is not known.
  public var bytes: Int?
  private var counts: [String: Int] = [:]

  public init(bytes: Int? = nil) {
    self.bytes = bytes
  }

  /// A count of something inside the element; `nil` where it is not known.
  public subscript(name: String) -> Int? {
    get { counts[name] }
    set { counts[name] = newValue }
  }

  /// Elements of a batch; `nil` for a single one.
  public var elementCount: Int? {
    get { self["elements"] }
    set { self["elements"] = newValue }
  }

  /// The larger of both in everything that is known of both.
  public func union(_ other: ElementSize) -> ElementSize {
    var result = ElementSize(bytes: larger(bytes, other.bytes))
    for name in counts.keys { result[name] = larger(self[name], other[name]) }
    return result
  }

  private func larger(_ one: Int?, _ other: Int?) -> Int? {
    one.flatMap { one in other.map { max(one, $0) } }
  }
}

/// A stage that knows how large what it gives can become; `sluice graph` sums this up.
public protocol ByteBounded {
  /// How large one output can be, made of an input that is as large as `input`.
  func outputSize(of input: ElementSize) -> ElementSize
}

/// A stage that knows what working on one element takes besides the element and the output.
public protocol WorkBounded {
  /// Bytes that are held while an element as large as `input` is worked on, at least; `nil` where that is not known.
  func workingBytes(on input: ElementSize) -> Int?
}

/// A stage whose outputs lie in memory that the elements of a batch share; see ``BatchSlot``.
///
/// The memory of a whole batch is taken with the first of its elements, which `sluice graph` counts.
public protocol BatchMemorySharing: ByteBounded {}

/// A source that can look how large its samples are.
public protocol SampleMeasuring {
  /// The size that none of these samples exceeds; samples that cannot be read do not count.
  ///
  /// Reads files.
  func outputSize(lookingAt samples: [Int]) -> ElementSize
}
