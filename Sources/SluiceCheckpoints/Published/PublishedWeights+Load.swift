public import SluiceNN
internal import SluicePlatform
internal import SluiceTensor

extension PublishedWeights {
  /// Replaces a model's parameters by those of the file; nothing has been changed if it throws.
  ///
  /// - Parameters:
  ///   - store: the model's parameters, and a head's.
  ///   - layouts: what the model knows beside its own names, which are always tried first.
  ///   - head: the parameters of the task, which may begin anew.
  ///   - requirement: how much of the model must be there.
  ///   - resizingPositions: whether tables of positions, and filters over other numbers of frames, are resized.
  /// - Returns: what was loaded, what was not, and under which layout.
  /// - Throws: ``CheckpointError`` that says what is missing, of another shape or not finite.
  @discardableResult
  public func load(
    into store: ParameterStore, layouts: [KeyMap] = [], head: HeadPolicy = .none,
    requiring requirement: WeightsRequirement = .backbone, resizingPositions: Bool = false
  ) throws(CheckpointError) -> LoadReport {
    let target = WeightTarget(store, head: head)
    let maps = [.identity] + layouts
    let views = try views(for: target.parameters.count)
    guard let fit = try LayoutFit.best(views, maps, for: target, resizes: resizingPositions) else {
      throw nothing(of: target, maps)
    }
    var report = LoadReport()
    report.layout = fit.map.name == KeyMap.identity.name ? nil : fit.map.name
    report.prefix = fit.view.prefix
    report.unreadable = unreadable.keys.sorted()
    var values: [String: Tensor] = [:]
    var (refused, wrong): ([String], [String]) = ([], [])
    func take(_ value: Tensor, as name: String) {
      if !value.squaredNorm.isFinite { wrong.append(name) }
      values[name] = value
    }
    for (name, shape, outcome) in fit.outcomes {
      let isHead = head.matches(name)
      switch outcome {
      case .equal(let entry):
        let stored = try entry.value()
        take(isHead ? rows(of: stored, shape, head, store[name], &report) ?? stored : stored, as: name)
      case .fitted(let entry, let shaping):
        take(shaping.value(try entry.value(), shape), as: name)
        if shaping.isAsked { report.resized.append(name) }
      case .other(let entry, let canResize):
        if isHead, let value = rows(of: try entry.value(), shape, head, store[name], &report) {
          take(value, as: name)
        } else if isHead || requirement == .partial {
          report.unfit.append(name)
        } else {
          let hint = canResize ? "; --resize-positions resizes it" : ""
          refused.append("\(name): the checkpoint has \(Shape(entry.shape)), the model \(Shape(shape))\(hint)")
        }
      case .absent: report.missing.append(name)
      }
    }
    let used = Set(values.keys)
    report.unexpected = fit.unused(beside: used.union(report.unfit))
    do throws(CheckpointError) {
      try require(requirement, fit, report, refused, head)
    } catch {
      let near = LayoutFit.nearest(views, maps, for: target, resizes: resizingPositions)
      throw CheckpointError(
        error.code, file: error.file, [error.reason, near, unreadableText].compactMap(\.self).joined(separator: ". "))
    }
    guard wrong.isEmpty else {
      throw CheckpointError(
        .malformed, file: path,
        "NaN or infinite numbers in \(LoadReport.listing(wrong)). The run had failed when it was written: take an "
          + "earlier checkpoint")
    }
    do {
      report.loaded = try store.load(values, mode: .present).loaded
    } catch {
      throw CheckpointError(.mismatched, file: path, "\(error)")
    }
    return report
  }

  /// Throws unless as much was found as must be.
  private func require(
    _ requirement: WeightsRequirement, _ fit: LayoutFit, _ report: LoadReport, _ refused: [String], _ head: HeadPolicy
  ) throws(CheckpointError) {
    guard refused.isEmpty else {
      let more = refused.count > 3 ? "\nand \(refused.count - 3) more" : ""
      throw CheckpointError(
        .mismatched, file: path,
        "does not fit the model.\n\(refused.prefix(3).joined(separator: "\n"))\(more)\nConfigure the model as the "
          + "checkpoint's was, or go on without these with --partial")
    }
    let wanted: [String]
    switch requirement {
    case .partial: return
    case .whole: wanted = report.missing + report.unfit
    case .backbone:
      wanted = report.missing.filter { name in
        !head.matches(name) && !fit.map.fresh.contains { $0.matches(name) }
      }
    }
    guard !wanted.isEmpty else { return }
    let count = requirement == .whole ? fit.outcomes.count : fit.outcomes.count { !head.matches($0.name) }
    let kind = requirement == .whole ? "of the model's" : "of the backbone's"
    let near = wanted.count <= 4 ? nearestName(to: wanted[0], among: report.unexpected) : nil
    throw CheckpointError(
      .mismatched, file: path,
      "has \(count - wanted.count) \(kind) \(count) parameters\(report.origin); missing are "
        + LoadReport.listing(wanted) + (near.map { " (\(wanted[0]) may be \($0) there)" } ?? "")
        + (report.unexpected.isEmpty ? "" : "; not used would be \(LoadReport.listing(report.unexpected))")
        + (requirement == .whole ? ". Train it first, with --from" : ". Name weights of this model")
        + ", or go on with these alone with --partial")
  }

  private func nothing(of target: WeightTarget, _ maps: [KeyMap]) -> CheckpointError {
    let names = source.tensors.prefix(3).map(\.name).joined(separator: ", ")
    let wanted = target.parameters.prefix(3).map(\.name).joined(separator: ", ")
    let other = choice == .raw && !averagedCopies.isEmpty ? " It has an averaged copy: --weights ema reads it." : ""
    return CheckpointError(
      .mismatched, file: path,
      "has none of the model's parameters under any of the layouts \(maps.map(\.name).joined(separator: ", ")): its "
        + "tensors are \(names.isEmpty ? "none" : names + ", …"), the model's \(wanted), ….\(other) Is it of another model?"
        + (unreadableText.map { " " + $0 } ?? ""))
  }

  /// A sentence about the tensors that are in the file and not read; `nil` where there are none.
  private var unreadableText: String? {
    unreadable.min { $0.key < $1.key }.map { name, what in
      let more = unreadable.count > 1 ? ", and \(unreadable.count - 1) more are of such kinds" : ""
      return "Not read is \(name), \(what)\(more): write the file again in a type that is"
    }
  }

  /// A head's parameter with its rows in the order that the policy asks for; `nil` if it asks for none or they do not fit.
  private func rows(
    of stored: Tensor, _ wanted: [Int], _ head: HeadPolicy, _ own: Parameter?, _ report: inout LoadReport
  ) -> Tensor? {
    guard var rows = head.rows, let own, let classes = wanted.first, rows.count <= classes,
      let count = stored.shape.dimensions.first, stored.shape.dimensions.dropFirst() == wanted.dropFirst(),
      rows.allSatisfy({ $0.map { $0 < count } ?? true })
    else { return nil }
    // The same classes in the same order: those without names, behind them, are the same too.
    guard rows.isEmpty || classes != count || !rows.enumerated().allSatisfy({ $0 == $1 }) else {
      report.headRows = LoadReport.HeadRows(taken: rows.count, new: 0)
      return nil
    }
    rows += [Int?](repeating: nil, count: classes - rows.count)
    let width = wanted.dropFirst().reduce(1, *)
    let (source, initial) = (stored.floats, own.value.floats)
    report.headRows = LoadReport.HeadRows(taken: rows.count { $0 != nil }, new: rows.count { $0 == nil })
    return Tensor(
      rows.enumerated().flatMap { index, row in
        row.map { source[$0 * width..<($0 + 1) * width] } ?? initial[index * width..<(index + 1) * width]
      }, shape: Shape(wanted))
  }
}

extension LayoutFit {
  /// The file's names in the view that nothing was made of.
  func unused(beside names: Set<String>) -> [String] {
    let used = Set(mapped.mapped.filter { names.contains($0.name) }.flatMap(\.stored))
    return view.tensors.filter { !used.contains($0.info.name) }.map(\.name).sorted()
  }

  /// The mapped file with what must be fitted fitted, and only what is wanted.
  func fittedSource() throws(CheckpointError) -> MappedSource {
    let tensors = outcomes.compactMap { name, shape, outcome -> MappedTensor? in
      switch outcome {
      case .equal(let entry): entry
      case .fitted(let entry, let fit):
        entry.changed(ValueChange(shape: { _ in shape }, value: { fit.value($0, shape) }))
      case .other, .absent: nil
      }
    }
    return try MappedSource(tensors, of: view.source, stored: view.tensors.map(\.info.name), map: map)
  }
}
