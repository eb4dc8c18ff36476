public import SluiceFlow
public import SluiceSamples

/// Takes a clip's class from its list for a classifier.
public struct SingleLabel: Stage, ByteBounded {
  /// Classes there are.
  public let classCount: Int

  /// - Parameter classCount: a label is in `0 ..< classCount`.
  public init(classCount: Int) {
    self.classCount = classCount
  }

  /// As large as the clip; the label does not count.
  public func outputSize(of input: ElementSize) -> ElementSize { input }

  /// - Throws: ``LabelError`` unless the clip has exactly one label, and that is a class.
  public func callAsFunction(_ clip: Clip, context: ElementContext) throws(LabelError) -> LabeledClip {
    guard clip.labels.count == 1, 0..<classCount ~= clip.labels[0] else {
      throw LabelError(
        "\(context.identity): its labels are \(clip.labels), wanted is one of 0 ..< \(classCount). Correct the list or "
          + "classCount")
    }
    return LabeledClip(clip: clip, label: clip.labels[0])
  }
}

/// A clip without a usable label.
public struct LabelError: Error, Sendable, Equatable, CustomStringConvertible {
  public let description: String

  init(_ description: String) {
    self.description = description
  }
}
