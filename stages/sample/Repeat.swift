public import SluiceFlow

/// Gives each element several times, so that what is drawn behind it is drawn anew for each: repeated augmentation.
///
/// ```swift
/// Decode().workers(2)
/// Repeat<DecodedClip>(2)      // decoded once, augmented twice
/// Augment(.resizedCrop(224), .flip).workers(2)
/// ```
/// - Source: Hoffer et al., "Augment your batch: improving generalization through instance repetition", 2020.
public struct Repeat<Element: Sendable>: Expansion {
  public let count: Int

  /// - Parameter count: how often, at least 1.
  public init(_ count: Int) {
    self.count = count
  }

  public func callAsFunction(_ input: Element, context: ElementContext) -> [Element] {
    [Element](repeating: input, count: count)
  }
}
