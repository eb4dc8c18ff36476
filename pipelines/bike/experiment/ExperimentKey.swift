/// A key that BIKE's configuration files may have.
struct ExperimentKey: Sendable {
  /// What its value can be.
  enum Domain: Sendable {
    case text
    case truth
    case number(ClosedRange<Double>)
    case whole(ClosedRange<Int>)
    case words([String])
    /// Whole numbers from 1, one or a list of them in ascending order.
    case epochs
    /// Whatever there is: nobody reads it.
    case anything
  }

  /// With its group and a dot: `solver.lr`.
  let name: String
  let domain: Domain
  /// Whether nothing may stand there, which is what a key that is absent means.
  var mayBeEmpty: Bool = true

  /// Whether its value has any effect.
  var isUsed: Bool { if case .anything = domain { false } else { true } }

  /// What is wrong with a value, as a sentence ends; `nil` if nothing is.
  func complaint(about value: ExperimentValue) -> String? {
    if value == .null { return mayBeEmpty || !isUsed ? nil : wanted }
    let fits =
      switch domain {
      case .anything: true
      case .text: value.text != nil
      case .truth: value.truth != nil
      case .number(let range): value.number.map(range.contains) ?? false
      case .whole(let range): value.whole.map(range.contains) ?? false
      case .words(let words): value.text.map(words.contains) ?? false
      case .epochs: ExperimentKey.epochs(value) != nil
      }
    return fits ? nil : wanted
  }

  private var wanted: String {
    switch domain {
    case .anything: "anything"
    case .text: "a text; quote it if it looks like a number"
    case .truth: "True or False"
    case .number(let range): "a number in \(range.lowerBound)...\(range.upperBound)"
    case .whole(let range): "a whole number in \(range.lowerBound)...\(range.upperBound)"
    case .words(let words):
      words.dropLast().joined(separator: ", ") + (words.count > 1 ? " or " : "") + words[words.count - 1]
    case .epochs: "an epoch from 1, or a list of them in ascending order"
    }
  }

  /// The numbers of a list of epochs, or the one that stands for it and its multiples; `nil` for anything else.
  static func epochs(_ value: ExperimentValue) -> [Int]? {
    let numbers: [Int?] = if case .list(let values) = value { values.map(\.whole) } else { [value.whole] }
    let epochs = numbers.compactMap { $0.flatMap { (1...1_000_000).contains($0) ? $0 : nil } }
    guard !epochs.isEmpty, epochs.count == numbers.count, zip(epochs, epochs.dropFirst()).allSatisfy({ $0 < $1 }) else {
      return nil
    }
    return epochs
  }

  /// All of them.
  static let all: [ExperimentKey] = run + data + network + solver + logging

  /// The groups that keys stand in.
  static let groups: [String] = ["data", "network", "solver", "logging"]

  private static let count: Domain = .whole(1...1_000_000_000)
  private static let share: Domain = .number(0...0.99)

  private static let run: [ExperimentKey] = [
    ExperimentKey(name: "resume", domain: .text), ExperimentKey(name: "pretrain", domain: .text),
    ExperimentKey(name: "seed", domain: .whole(0...9_007_199_254_740_992)),
  ]

  private static let data: [ExperimentKey] = [
    ExperimentKey(name: "data.dataset", domain: .text),
    ExperimentKey(name: "data.modality", domain: .words(["RGB", "video"])),
    ExperimentKey(name: "data.num_segments", domain: .whole(1...4096)),
    ExperimentKey(name: "data.seg_length", domain: .anything),
    ExperimentKey(name: "data.num_classes", domain: .anything),
    ExperimentKey(name: "data.index_bias", domain: .anything),
    ExperimentKey(name: "data.batch_size", domain: .whole(1...65_536)),
    ExperimentKey(name: "data.workers", domain: .whole(0...4096)),
    ExperimentKey(name: "data.image_tmpl", domain: .text),
    ExperimentKey(name: "data.fps", domain: .number(1e-3...1e5)), ExperimentKey(name: "data.train_root", domain: .text),
    ExperimentKey(name: "data.train_list", domain: .text), ExperimentKey(name: "data.val_root", domain: .text),
    ExperimentKey(name: "data.val_list", domain: .text), ExperimentKey(name: "data.label_list", domain: .text),
    ExperimentKey(name: "data.input_size", domain: .whole(1...4096)),
    ExperimentKey(name: "data.random_shift", domain: .truth), ExperimentKey(name: "data.dense", domain: .truth),
    ExperimentKey(name: "data.output_path", domain: .text), ExperimentKey(name: "data.shot", domain: count),
    ExperimentKey(name: "data.select_topk_attributes", domain: .whole(1...1000)),
    ExperimentKey(name: "data.attributes_train_path", domain: .text),
    ExperimentKey(name: "data.attributes_val_path", domain: .text),
  ]

  private static let network: [ExperimentKey] = [
    ExperimentKey(name: "network.arch", domain: .text), ExperimentKey(name: "network.init", domain: .truth),
    ExperimentKey(name: "network.tm", domain: .anything), ExperimentKey(name: "network.drop", domain: .anything),
    ExperimentKey(name: "network.type", domain: .anything), ExperimentKey(name: "network.drop_out", domain: share),
    ExperimentKey(name: "network.emb_dropout", domain: share),
    ExperimentKey(name: "network.sim_header", domain: .words(["Transf", "None"]), mayBeEmpty: false),
    ExperimentKey(name: "network.interaction", domain: .words(["VCS", "DP"])),
    ExperimentKey(name: "network.joint_st", domain: .truth), ExperimentKey(name: "network.fix_text", domain: .truth),
    ExperimentKey(name: "network.fix_video", domain: .truth),
  ]

  private static let solver: [ExperimentKey] = [
    // `monitor` is a word of the published files, but nothing was released that it does.
    ExperimentKey(name: "solver.type", domain: .words(["cosine", "multistep"])),
    ExperimentKey(name: "solver.epochs", domain: count),
    ExperimentKey(name: "solver.start_epoch", domain: .whole(0...0)),
    ExperimentKey(name: "solver.epoch_offset", domain: .anything),
    ExperimentKey(name: "solver.optim", domain: .words(["adamw", "adam", "sgd"])),
    ExperimentKey(name: "solver.lr", domain: .number(0...1e3)),
    ExperimentKey(name: "solver.clip_ratio", domain: .number(0...1e3)),
    ExperimentKey(name: "solver.weight_decay", domain: .number(0...1e3)),
    ExperimentKey(name: "solver.momentum", domain: .number(0...0.999)),
    ExperimentKey(name: "solver.lr_warmup_step", domain: .number(0...1e6)),
    ExperimentKey(name: "solver.lr_decay_step", domain: .epochs),
    ExperimentKey(name: "solver.loss_type", domain: .words(["NCE", "DS"])),
    ExperimentKey(name: "solver.evaluate", domain: .truth),
    ExperimentKey(name: "solver.grad_accumulation_steps", domain: .whole(1...65_536)),
  ]

  private static let logging: [ExperimentKey] = [
    ExperimentKey(name: "logging.print_freq", domain: count), ExperimentKey(name: "logging.eval_freq", domain: count),
  ]
}
