internal import SluiceNN

/// Weights as they were published or saved: a checkpoint of Sluice, or a file of any layout that a model knows.
///
/// ```swift
/// let weights = try PublishedWeights(opening: "TimeSformer_divST_8x32_224_K600.pyth")
/// let report = try weights.load(into: model.parameters, layouts: model.layouts, head: .parameters("cls_head.*"))
/// print(report)   // 365 of 367 parameters loaded (layout timesformer, in model_state/model.) …
/// ```
/// What training tools put around a model, `state_dict/`, `model.`, `module.`, `_orig_mod.` and so on, is taken off to any
/// depth; of the views that this gives and the layouts that are allowed, those are taken under which most of the
/// backbone's parameters have the right shapes. A checkpoint of Sluice is compared with its checksums first.
public struct PublishedWeights: Sendable {
  /// Path of the file or checkpoint, as it was given.
  public let path: String
  /// Which copy is read where the file holds several.
  public let choice: WeightsChoice
  /// The checkpoint of Sluice that it is, or is of.
  public let checkpoint: SavedCheckpoint?
  /// All that is in the file; in a checkpoint of Sluice, of the copy that is read.
  public let source: any TensorSource

  /// Opens the file or checkpoint at `path`.
  /// - Throws: ``CheckpointError`` when it cannot be read, is damaged, or has no averaged copy that was asked for.
  public init(opening path: String, choice: WeightsChoice = .raw) throws(CheckpointError) {
    self.path = path
    self.choice = choice
    checkpoint = try SavedCheckpoint(holding: path)
    if choice == .ema, let checkpoint {
      source = try checkpoint.averagedParameters()
    } else {
      source = try openWeights(path)
    }
    unreadable = ((source as? PyTorchFile)?.unreadable ?? [:]).filter { $0.value.hasPrefix("a tensor") }
  }

  /// The system that the checkpoint is of, as `sluice train` names it; `nil` for files of others.
  public var system: String? { checkpoint?.system }

  /// Tensors of kinds that are not read, such as 8-bit floating-point, by name with what they are.
  public let unreadable: [String: String]

  /// Refuses the checkpoint of a system that is neither of `systems`; files of others pass.
  /// - Throws: ``CheckpointError`` that names both.
  public func require(systems: [String]) throws(CheckpointError) {
    guard let system, let first = systems.first, !systems.contains(system) else { return }
    let others = systems.dropFirst().isEmpty ? "" : " or of \(systems.dropFirst().joined(separator: ", "))"
    throw CheckpointError(
      .mismatched, file: path,
      "is a checkpoint of \(system); a checkpoint of \(first)\(others) is wanted. Name one of those, or a file of "
        + "published weights")
  }

  /// The views of the wanted copy that a good part of `count` parameters can be in.
  func views(for count: Int) throws(CheckpointError) -> [WeightView] {
    // Of a part of a model all may stand inside.
    try views(least: max(1, min(count, source.tensors.count) / 8))
  }

  /// The views of the wanted copy with at least so many tensors.
  private func views(least: Int) throws(CheckpointError) -> [WeightView] {
    let all = WeightView.all(of: source, least: least)
    // A checkpoint of Sluice was opened as the copy that is wanted.
    if checkpoint != nil { return all }
    let views = all.filter { $0.isAveraged == (choice == .ema) }
    guard !views.isEmpty else {
      throw CheckpointError(
        .absent, file: path, "holds no averaged weights (ema). Read those that training stepped, with --weights raw")
    }
    return views
  }

  /// This file without the tensors whose names in it match one of `patterns`.
  public func leavingOut(_ patterns: [String]) throws(CheckpointError) -> PublishedWeights {
    let map = KeyMap("left out", "", patterns.map { .drop($0) })
    return PublishedWeights(
      path: path, choice: choice, checkpoint: checkpoint, source: try map.apply(to: source), unreadable: unreadable)
  }

  private init(
    path: String, choice: WeightsChoice, checkpoint: SavedCheckpoint?, source: any TensorSource,
    unreadable: [String: String]
  ) {
    (self.path, self.choice, self.checkpoint, self.source) = (path, choice, checkpoint, source)
    self.unreadable = unreadable
  }

  /// The tensors as they are in the file: all, or those of the averaged copy that was asked for.
  public func tensors() throws(CheckpointError) -> any TensorSource {
    choice == .raw || checkpoint != nil ? source : try mapped(by: .identity)
  }

  /// Where the averaged copies are in the file: `model_ema/`; empty if there are none.
  public var averagedCopies: [String] {
    var outermost: [String] = []
    // Views come from outside in.
    for view in WeightView.all(of: source, least: 1) where view.isAveraged {
      if !outermost.contains(where: view.prefix.hasPrefix) { outermost.append(view.prefix) }
    }
    return outermost
  }

  /// The file under the names of the layout that fits the tensors of `other` best.
  /// - Throws: ``CheckpointError`` if no layout gives any of them.
  public func mapped(
    by layouts: [KeyMap], like other: any TensorSource
  ) throws(CheckpointError) -> (layout: KeyMap, source: MappedSource) {
    let target = WeightTarget(other)
    let fit = try LayoutFit.best(
      try views(for: other.tensors.count), [.identity] + layouts, for: target, resizes: true)
    guard let fit else {
      throw CheckpointError(.mismatched, file: path, "has nothing of what is in \(other.path) under any layout")
    }
    return (fit.map, try fit.fittedSource())
  }

  /// The file under the names of one layout: of the view that most of the layout's rules know.
  /// - Throws: ``CheckpointError`` if several tensors would have one name.
  public func mapped(by layout: KeyMap) throws(CheckpointError) -> MappedSource {
    var best: MappedSource?
    var failure: CheckpointError?
    for view in try views(least: 1) {
      do throws(CheckpointError) {
        let mapped = try layout.apply(to: view)
        if mapped.recognizedCount > best?.recognizedCount ?? -1 { best = mapped }
      } catch {
        failure = failure ?? error
      }
    }
    // Holds: the file itself is among the views, and each view gives names or an error.
    guard let best else { throw failure! }
    return best
  }

  /// The layout of `layouts` that knows most of the names in one view of the file, if it knows more than half.
  /// - Returns: the layout, what stands in front of the names, and how many kinds of names are known of how many, where
  ///   names that differ in numbers are of one kind.
  public func recognized(
    among layouts: [KeyMap]
  ) -> (layout: KeyMap, prefix: String, known: Int, count: Int)? {
    var best: (layout: KeyMap, prefix: String, known: Int, count: Int)?
    var most = 0
    // What holds for one block holds for all: one name of each kind is looked at.
    for view in WeightView.all(of: source, least: 4).map(\.oneOfEachForm) where !view.isAveraged {
      for layout in layouts where !layout.forms.isEmpty {
        guard let mapped = try? layout.apply(to: view), mapped.recognizedCount * 2 > view.tensors.count else {
          continue
        }
        let score = mapped.recognizedCount + mapped.coveredCount
        guard score > most else { continue }
        (best, most) = ((layout, view.prefix, mapped.recognizedCount, view.tensors.count), score)
      }
    }
    return best
  }
}
