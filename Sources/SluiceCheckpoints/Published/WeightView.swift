/// A file's tensors as they look from inside one of the things around them: `state_dict/`, `model.`, `module.`.
struct WeightView {
  struct Tensor {
    /// What is left of the name.
    let name: String
    let info: TensorInfo
  }

  let source: any TensorSource
  /// What was taken off all names, as the file spells it; empty for the file itself.
  let prefix: String
  /// Whether these are running averages of other tensors of the file.
  let isAveraged: Bool
  let tensors: [Tensor]
  /// Beginnings that were taken off, one after the other.
  private let depth: Int
  private var isUnwrapped = false

  /// The whole file.
  init(root source: any TensorSource) {
    self.init(source, prefix: "", isAveraged: false, source.tensors.map { Tensor(name: $0.name, info: $0) }, depth: 0)
  }

  private init(_ source: any TensorSource, prefix: String, isAveraged: Bool, _ tensors: [Tensor], depth: Int) {
    self.depth = depth
    self.source = source
    self.prefix = prefix
    self.isAveraged = isAveraged
    self.tensors = tensors
  }
}

extension WeightView {
  /// Beginnings that are taken off at most: a name may hold millions of dots.
  static let deepest = 32

  /// All views of a file, from outside in: of each group of names with a common beginning, to any depth that files have.
  ///
  /// - Parameter least: groups of fewer tensors are left out; the file itself is always among the views.
  static func all(of source: any TensorSource, least: Int) -> [WeightView] {
    var views = WeightView(root: source).withoutFlatAverages()
    var seen: Set<String> = [""]
    var next = 0
    while next < views.count {
      let view = views[next]
      next += 1
      // Each step shortens names, so this ends.
      for inner in view.unwrapped() + view.groups() where inner.tensors.count >= least {
        guard seen.insert(inner.key).inserted else { continue }
        views += inner.withoutFlatAverages()
      }
    }
    return views
  }

  /// This view with one name of all those that differ in numbers only.
  var oneOfEachForm: WeightView {
    var seen: Set<String> = []
    return WeightView(
      source, prefix: prefix, isAveraged: isAveraged,
      tensors.filter { seen.insert(KeyMap.form($0.name)).inserted }, depth: depth)
  }

  /// Tells views apart: an unwrapped view has the prefix of the one it came from.
  private var key: String { isUnwrapped ? prefix + "*" : prefix }

  /// The groups of names that begin alike, up to their first `/` or `.`.
  private func groups() -> [WeightView] {
    guard depth < WeightView.deepest else { return [] }
    var order: [Substring] = []
    var groups: [Substring: [Tensor]] = [:]
    for tensor in tensors {
      guard let end = tensor.name.utf8.firstIndex(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ".") }) else {
        continue
      }
      let head = tensor.name[...end]
      if groups[head] == nil { order.append(head) }
      groups[head, default: []].append(Tensor(name: String(tensor.name[head.endIndex...]), info: tensor.info))
    }
    return order.map { head in
      WeightView(
        source, prefix: prefix + head, isAveraged: isAveraged || WeightView.isAverage(head.dropLast()),
        // A group has at least one.
        groups[head] ?? [], depth: depth + 1)
    }
  }

  /// What training tools put between the parts of a name when they wrap a part of a model.
  private static let wrappers: Set<Substring> = [
    "module", "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module", "_forward_module",
  ]

  /// This view without wrappers inside its names; none if there are none, or if names would meet.
  private func unwrapped() -> [WeightView] {
    var (isChanged, names): (Bool, Set<String>) = (false, [])
    let renamed = tensors.map { tensor in
      let parts = tensor.name.split(separator: ".", omittingEmptySubsequences: false)
      let kept = parts.enumerated().filter { !WeightView.wrappers.contains($1) || $0 == parts.count - 1 }.map(\.element)
      isChanged = isChanged || kept.count < parts.count
      return Tensor(name: kept.joined(separator: "."), info: tensor.info)
    }
    guard isChanged, renamed.allSatisfy({ names.insert($0.name).inserted }) else { return [] }
    var view = WeightView(source, prefix: prefix, isAveraged: isAveraged, renamed, depth: depth)
    view.isUnwrapped = true
    return [view]
  }
}

// Averages
extension WeightView {
  /// Whether a name says that what is in it is a running average: `model_ema`, `state_dict_ema`, `swa_model`.
  static func isAverage(_ name: some StringProtocol) -> Bool {
    let words = name.lowercased().split { !$0.isLetter }
    return words.contains { ["ema", "swa", "average", "averaged"].contains($0) }
  }

  /// This view without averages that stand beside its tensors under flat names, `ema_backbone_norm_weight`, as mmcv
  /// writes them; then those averages under the names of what they are averages of.
  private func withoutFlatAverages() -> [WeightView] {
    let flat = Dictionary(
      tensors.filter { $0.name.hasPrefix("ema_") }.map { ($0.name, $0.info) }, uniquingKeysWith: { first, _ in first })
    guard !flat.isEmpty, !isAveraged else { return [self] }
    var averages: [Tensor] = []
    for tensor in tensors {
      let name = "ema_" + tensor.name.replacingAll(".", with: "_")
      if let info = flat[name] { averages.append(Tensor(name: tensor.name, info: info)) }
    }
    guard !averages.isEmpty else { return [self] }
    let used = Set(averages.map(\.info.name))
    return [
      WeightView(
        source, prefix: prefix, isAveraged: false, tensors.filter { !used.contains($0.info.name) }, depth: depth),
      WeightView(source, prefix: prefix + "ema_", isAveraged: true, averages, depth: depth),
    ]
  }
}
