internal import SluiceNN
internal import SluiceTensor

/// What weights are wanted for: a model's parameters by name, with their shapes.
struct WeightTarget {
  let parameters: [(name: String, shape: [Int])]
  let head: HeadPolicy

  init(_ store: ParameterStore, head: HeadPolicy) {
    parameters = store.declarations.map { ($0.name, $0.shape.dimensions) }
    self.head = head
  }

  /// The tensors of another file.
  init(_ source: any TensorSource) {
    parameters = source.tensors.map { ($0.name, $0.shape) }
    head = .none
  }
}

/// How well a view of a file, under one layout, gives what is wanted.
struct LayoutFit {
  /// What becomes of one parameter.
  enum Outcome {
    /// The file has it as it is wanted.
    case equal(MappedTensor)
    /// The file has it for another size, and it is fitted.
    case fitted(MappedTensor, ShapeFit)
    /// The file has it with another shape.
    case other(MappedTensor, canResize: Bool)
    case absent
  }

  let view: WeightView
  let map: KeyMap
  let mapped: MappedSource
  /// For each parameter that is wanted.
  let outcomes: [(name: String, shape: [Int], outcome: Outcome)]
  /// Counts by which fits are compared, the weightiest first; more is better.
  private let merits: [Int]
  private let givesAny: Bool

  /// - Parameter resizes: whether tables of positions are resized.
  /// - Throws: ``CheckpointError`` if the layout gives several tensors one name.
  init(_ map: KeyMap, _ view: WeightView, for target: WeightTarget, resizes: Bool) throws(CheckpointError) {
    let mapped = try map.apply(to: view)
    var (given, givenOfHead, named, unannounced) = (0, 0, 0, 0)
    let fresh = map.fresh
    outcomes = target.parameters.map { name, shape in
      let outcome = LayoutFit.outcome(mapped.entry(name), shape, map, resizes)
      let isHead = target.head.matches(name)
      switch outcome {
      case .equal, .fitted:
        if isHead { givenOfHead += 1 } else { given += 1 }
      case .other(_, let canResize) where isHead: givenOfHead += canResize ? 2 : 1
      case .other(_, let canResize):
        unannounced += 1
        named += canResize ? 2 : 1
      case .absent:
        // Whatever the layout does not announce speaks against it.
        if !isHead, !fresh.contains(where: { $0.matches(name) }) { unannounced += 1 }
      }
      return (name, shape, outcome)
    }
    // Where no shape is right, the layout is that of the most names.
    merits = given == 0 ? [given, named, givenOfHead, -unannounced] : [given, -unannounced, givenOfHead, named]
    givesAny = given + givenOfHead + named > 0
    (self.map, self.view, self.mapped) = (map, view, mapped)
  }

  private static func outcome(
    _ entry: MappedTensor?, _ wanted: [Int], _ map: KeyMap, _ resizes: Bool
  ) -> Outcome {
    guard let entry else { return .absent }
    if entry.shape == wanted { return .equal(entry) }
    guard let fit = map.fits(for: entry.name).first(where: { $0.fits(entry.shape, wanted) }) else {
      return .other(entry, canResize: false)
    }
    return fit.isAsked && !resizes ? .other(entry, canResize: true) : .fitted(entry, fit)
  }

  /// The best of all views under all layouts, the earlier one of equals; `nil` if none gives anything.
  /// - Throws: ``CheckpointError`` if two parts of the file are as good.
  static func best(
    _ views: [WeightView], _ maps: [KeyMap], for target: WeightTarget, resizes: Bool
  ) throws(CheckpointError) -> LayoutFit? {
    var best: LayoutFit?
    var rival: WeightView?
    // Of what is used where all that is wanted was found; nothing is better, and only another copy as good.
    var whole: Set<String>?
    for map in maps {
      for view in views {
        if let whole, view.tensors.allSatisfy({ whole.contains($0.info.name) }) { continue }
        // A layout that makes names meet is not the file's.
        guard let fit = try? LayoutFit(map, view, for: target, resizes: resizes), fit.givesAny else { continue }
        guard let known = best else {
          best = fit
          if fit.givenCount == target.parameters.count { whole = fit.used }
          continue
        }
        if known.merits.lexicographicallyPrecedes(fit.merits) {
          (best, rival) = (fit, nil)
          if fit.givenCount == target.parameters.count { whole = fit.used }
        } else if known.merits == fit.merits, fit.used.isDisjoint(with: known.used) {
          rival = rival ?? view
        }
      }
    }
    guard let best, let rival else { return best }
    throw CheckpointError(
      .mismatched, file: best.view.source.path,
      "holds the model more than once: in \(best.view.prefix) and in \(rival.prefix). Write the one that is wanted into "
        + "a file of its own: sluice weights convert --leave-out '\(rival.prefix)*'")
  }

  /// How much each layout gives at most, for a message: `the nearest layouts are timesformer (85 of 89), vtp (5)`.
  static func nearest(
    _ views: [WeightView], _ maps: [KeyMap], for target: WeightTarget, resizes: Bool
  ) -> String? {
    var counts: [(name: String, count: Int)] = []
    for map in maps {
      let most = views.compactMap { try? LayoutFit(map, $0, for: target, resizes: resizes).givenCount }.max() ?? 0
      let name = map.name == KeyMap.identity.name ? "the model's own names" : map.name
      if most > 0 { counts.append((name, most)) }
    }
    let first = counts.enumerated().sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }.prefix(3)
    guard !first.isEmpty else { return nil }
    let texts = first.map { "\($0.element.name) (\($0.element.count) of \(target.parameters.count))" }
    return "The nearest layout\(texts.count > 1 ? "s are" : " is") \(texts.joined(separator: ", "))"
  }

  /// How many parameters the file gives as they are wanted.
  private var givenCount: Int {
    outcomes.count { if case .equal = $0.outcome { true } else if case .fitted = $0.outcome { true } else { false } }
  }

  /// The file's names of what the parameters are made of.
  private var used: Set<String> {
    Set(
      outcomes.flatMap { outcome -> [String] in
        switch outcome.outcome {
        case .equal(let entry), .fitted(let entry, _), .other(let entry, _): entry.stored
        case .absent: []
        }
      })
  }

}
