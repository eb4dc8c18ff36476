internal import SluicePlatform
public import SluiceTensor

/// The running average of a model's weights; ``Optimizer/withAveragedWeights(_:)`` evaluates with it.
///
/// Frozen parameters are their own average and are not held twice.
public final class AveragedWeights: Sendable {
  private struct Content {
    /// The average of each parameter that was not frozen at the beginning, in the model's order; empty before.
    var averages: [Parameter] = []
    /// Moves made.
    var count = 0
  }

  /// Which average this is.
  public let averaging: Averaging
  private let store: ParameterStore
  private let content: Lock<Content>

  /// An average of the weights in `store`: what `other` has come to, or one that begins with the first update.
  init(_ averaging: Averaging, of store: ParameterStore, from other: AveragedWeights?) {
    self.averaging = averaging
    self.store = store
    content = Lock(other?.content.withLock { $0 } ?? Content())
  }

  /// Moves made so far.
  public var count: Int { content.withLock { $0.count } }

  /// The averages by checkpoint name, sharing their memory; empty before the first update, when the weights themselves
  /// are the average.
  public var values: [String: Tensor] {
    let averages = content.withLock { $0.averages }
    return Dictionary(uniqueKeysWithValues: averages.map { ($0.name, $0.value.detached) })
  }

  /// Begins with the weights as they are, unless it has begun.
  func begin() {
    let isNew = content.withLock { $0.averages.isEmpty }
    guard isNew else { return }
    let averages = store.parameters.filter { !$0.isFrozen }.map { parameter in
      Parameter(parameter.name, .persistentCopy(of: parameter.value), isFrozen: true)
    }
    content.withLock { $0.averages = averages }
  }

  /// Moves toward the weights.
  func move() {
    let (averages, index) = content.withLock { content in
      defer { content.count += 1 }
      return (content.averages, content.count)
    }
    let share = averaging.share(ofMove: index)
    for average in averages {
      // The store has every name an average was made for.
      if let parameter = store[average.name] { average.move(toward: parameter.value.detached, by: share) }
    }
  }
}

// Checkpoints
extension AveragedWeights {
  package static let prefix: String = "ema."
  static let countName = "ema_updates"

  /// The averages as `ema.p` for each parameter `p`, and `ema_updates`; the tensors are copies.
  var state: [String: Tensor] {
    let (averages, count) = content.withLock { ($0.averages, $0.count) }
    guard !averages.isEmpty else { return [:] }
    var state = [AveragedWeights.countName: Tensor([Float(min(count, 1 << 24))], shape: [1])]
    for average in averages {
      state[AveragedWeights.prefix + average.name] = Tensor(average.value.floats, shape: average.shape)
    }
    return state
  }

  /// Goes on with averages of ``state``; with none it begins anew.
  func restore(_ averages: [Parameter], count: Int) {
    content.withLock { $0 = Content(averages: averages, count: count) }
  }
}
