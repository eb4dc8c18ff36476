import Foundation
import SluiceFlow
import SluiceNN
import SluicePipelines
import SluiceTensor
import SluiceTraining

/// A run of a system with some settings, as far as it has to be looked at to tell it from others.
///
/// What costs nothing comes first: the network's parameters, the rates of a long run. Then a step is taken, then some more,
/// and the result is evaluated.
final class TriedRun<System: TrainingSystem> {
  private let settings: [String: String]
  private let data: TinyData
  private let declared: System
  private let run: PreparedRun
  private var levels: [[String]] = []

  /// - Throws: what of the settings cannot be.
  init(_ settings: [String: String], on data: TinyData) throws {
    (self.settings, self.data) = (settings, data)
    let request = data.request(settings)
    declared = try System(request)
    run = try PreparedRun(System.self, request)
  }

  /// Whether two runs come to the same, whatever is looked at.
  static func areAlike(_ one: TriedRun, _ other: TriedRun) async throws -> Bool {
    for number in 0..<4 {
      if try await one.level(number) != other.level(number) { return false }
    }
    return true
  }

  /// What is seen at one level, in numbers.
  private func level(_ number: Int) async throws -> [String] {
    while levels.count <= number {
      switch levels.count {
      case 0: levels.append(declarations)
      case 1: levels.append(try await steps(1))
      case 2: levels.append(try await steps(3))
      default: levels.append(try await evaluation())
      }
    }
    return levels[number]
  }

  /// Fields of stages that are set by themselves.
  var stageFields: [(name: String, value: String)] {
    run.pipeline.settings.filter { !System.Configuration.owns($0.name) }.map { ($0.name, $0.value) }
  }

  /// Parameters, what decides about updates, workers and buffers.
  private var declarations: [String] {
    let schedule = run.trainable.optimizer.configuration.schedule
    let rates = (0..<120).map { batch in
      "\(schedule.rate(at: TrainingProgress(batch: batch, of: 120, epochProgress: Double(batch) / 4, of: 30)))"
    }
    return run.trainable.parameters.declarations.map { "\($0.name) \($0.shape)" } + rates
      + run.pipeline.settings.filter { !$0.changesResults }.map { "\($0.name)=\($0.value)" }
  }

  /// The reports of so many steps, and what came of parameters and averages.
  private func steps(_ count: Int) async throws -> [String] {
    try await run.compute.run {
      _ = try run.initialize()
      var options = run.options
      options.steps = count
      var seen: [String] = []
      for try await report in run.pipeline.run(options) {
        seen.append("\(report.loss) \(report.learningRate) \(report.gradientNorm) \(report.sampleCount)")
      }
      return seen + Self.digest(run.trainable.parameters.values)
        + Self.digest(run.trainable.optimizer.average?.values ?? [:])
    }
  }

  private func evaluation() async throws -> [String] {
    let request = data.request(settings)
    guard let evaluation = try declared.evaluation(on: request.data, request, views: EvaluationViews()) else {
      return []
    }
    return try await run.compute.run {
      declared.trainable.parameters.initialize(seed: 3)
      return try await evaluation.run(run.options)?.findings.metrics.map { "\($0.name) \($0.value)" } ?? []
    }
  }

  /// What the network begins with for each of some files of weights, and for one of a network like it; a word for those
  /// that are refused.
  static func initialWeights(_ settings: [String: String], _ files: [String], _ data: TinyData) throws -> [String] {
    let own = data.folder + "/own.safetensors"
    let plain = try System(data.request(System.Configuration.withoutWeights(settings))).trainable.parameters
    plain.initialize(seed: 8)
    try TinyWeights.write(plain.values, to: own)
    return try (files + [own]).flatMap { file in
      var request = data.request(settings)
      request.from = file
      let run = try PreparedRun(System.self, request)
      do { _ = try run.initialize() } catch { return ["refused"] }
      return digest(run.trainable.parameters.values)
    }
  }

  private static func digest(_ values: [String: Tensor]) -> [String] {
    values.sorted { $0.key < $1.key }.map { name, tensor in
      let sum = tensor.withFloats { values in
        (0..<values.count).reduce(into: Hasher()) { $0.combine(values[$1].bitPattern) }
      }
      return "\(name) \(sum.finalize())"
    }
  }
}

extension SystemConfiguration {
  /// Settings less those that say how weights are read.
  fileprivate static func withoutWeights(_ values: [String: String]) -> [String: String] {
    let names = Set(settings.lazy.filter { $0.neededOption == "--from" }.map(\.name))
    return values.filter { !names.contains($0.key) }
  }
}

/// Four small clips of two classes.
final class TinyData: Sendable {
  let folder: String
  private let list: String
  /// What else the system reads.
  private let inputs: RunRequest
  /// A tokenizer for those that predict tokens if they are told to.
  private let tokenizer: String

  init(for system: any TrainingSystem.Type) throws {
    let folder = FileManager.default.temporaryDirectory.path + "/settings-\(UUID().uuidString)"
    self.folder = folder
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    _ = try SampleVideos.write(4, to: folder)
    list = folder + "/two.txt"
    let lines = (0..<4).map { "\(folder)/clip \($0).mp4\t\($0 / 2)\n" }
    try lines.joined().write(toFile: list, atomically: true, encoding: .utf8)
    inputs = try RunRequest(inputsOf: system, beside: folder + "/two.txt", in: folder, clips: 4)
    tokenizer = folder + "/dvae"
    if inputs.tokenizer == nil, system.ownOptions.contains("--tokenizer") {
      _ = try RandomDVAE(.small, seed: 1).write(to: folder + "/dvae")
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// A run on them.
  func request(_ settings: [String: String]) -> RunRequest {
    var request = inputs
    if request.data.isEmpty { request.data = [list] }
    (request.settings, request.seed) = (settings, 3)
    (request.threads, request.maxFailures, request.epochs) = (1, 0, 2)
    // Towers are for images of one size, but for this.
    request.weights.resizesPositions = request.clip != nil
    if let target = settings["recipe.target"] { request.tokenizer = target == "tokens" ? tokenizer : nil }
    return request
  }
}
