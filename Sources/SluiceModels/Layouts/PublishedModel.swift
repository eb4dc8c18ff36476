public import SluiceCheckpoints
public import SluiceNN

/// A network that knows in which layouts weights for it are published.
public protocol PublishedModel: Sendable {
  /// The network's parameters, and those of a head that was added to it.
  var parameters: ParameterStore { get }
  /// The layouts beside the model's own names; the earlier one of two that fit a file as well is taken.
  var layouts: [KeyMap] { get }
}

extension PublishedModel {
  /// None but the model's own names.
  public var layouts: [KeyMap] { [] }
}
