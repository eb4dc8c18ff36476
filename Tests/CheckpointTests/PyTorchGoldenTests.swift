import Foundation
import SluiceCheckpoints
import SluiceModels
import TestSupport
import Testing

@Suite struct PyTorchGoldenTests {
  /// What a hostile file would create if it were run.
  private let trace = "sluice_pickle_executed"

  @Test func everyListedCheckpointBehavesAsDeclared() throws {
    let all = try GoldenCheckpoint.all()
    var checked = 0
    for entry in all {
      do {
        let problems = entry.isReadable ? try read(entry) : refuse(entry)
        for problem in problems { Issue.record("\(entry): \(problem)") }
        if problems.isEmpty { checked += 1 } else { print("golden: not checked: \(entry)") }
      } catch {
        Issue.record("\(entry): \(error)")
        print("golden: not checked: \(entry)")
      }
    }
    print("golden: checked \(checked) of \(all.count) files (checkpoint manifests)")
    #expect(all.contains { $0.isReadable } && all.contains { !$0.isReadable })
    #expect(!FileManager.default.fileExists(atPath: trace))
  }

  /// Reads every tensor; what differs from the expected ones.
  private func read(_ entry: GoldenCheckpoint) throws -> [String] {
    let file = try PyTorchFile(path: entry.path)
    let expected = try SafetensorsFile(path: try #require(entry.expected))
    var problems: [String] = []
    if let format = entry.format, format != file.format.rawValue {
      problems.append("read as \(file.format.rawValue), it is \(format)")
    }
    for (name, value) in entry.attributes where file.attributes[name] != value {
      problems.append("attribute \(name) is \(file.attributes[name] ?? .null), not \(value)")
    }
    let config = try JSONValue(json: expected.metadata["config"] ?? "{}")
    var names: Set<String> = []
    for wanted in expected.tensors where wanted.name.hasPrefix(entry.prefix) {
      let name = String(wanted.name.dropFirst(entry.prefix.count))
      names.insert(name)
      guard let found = file[name] else {
        problems.append("there is no \(name)")
        continue
      }
      // Where types are told apart from values, the values are stored in single precision.
      let type = config["stored_dtypes"][name].string
      if (type.map { Self.types[$0] ?? $0 } ?? wanted.type.rawValue) != found.type.rawValue {
        problems.append("\(name) has type \(found.type.rawValue), not \(type ?? wanted.type.rawValue)")
      }
      if found.shape != wanted.shape { problems.append("\(name) has shape \(found.shape), not \(wanted.shape)") }
      let isSame =
        type == nil
        ? try file.bytes(name) == expected.bytes(wanted.name)
        : try file.floats(name).map(\.bitPattern) == expected.floats(wanted.name).map(\.bitPattern)
      if !isSame { problems.append("\(name) has other elements") }
    }
    for extra in file.tensors where !names.contains(extra.name) {
      // Scripted CLIP archives hold three of their settings as tensors; the manifest's note says so.
      let isSetting =
        file.format == .torchScript && !entry.prefix.isEmpty && extra.shape.isEmpty && extra.type == .int64
      if !isSetting { problems.append("\(extra.name) is not among the expected tensors") }
    }
    if !file.unreadable.isEmpty { problems.append("not read: \(file.unreadable)") }
    return problems
  }

  private static let types = [
    "float64": "F64", "float32": "F32", "float16": "F16", "bfloat16": "BF16", "int64": "I64", "int32": "I32",
    "torch.float32": "F32", "torch.float16": "F16", "torch.int64": "I64",
  ]

  /// What is wrong with the way in which a file that must be refused is refused.
  private func refuse(_ entry: GoldenCheckpoint) -> [String] {
    let (outcome, seconds) = processorSeconds { () -> CheckpointError? in
      do throws(CheckpointError) {
        let file = try openWeights(entry.path)
        for tensor in file.tensors { _ = try file.bytes(tensor.name) }
        return nil
      } catch {
        return error
      }
    }
    guard let error = outcome else { return ["was read"] }
    var problems: [String] = []
    if seconds > (isSanitized ? 50 : 5) { problems.append("took \(seconds) s") }
    if error.file != entry.path || error.reason.count < 8 { problems.append("the error is unclear: \(error)") }
    if let position = error.position, position < 0 { problems.append("the error's place is \(position)") }
    return problems
  }

  @Test func clipCheckpointsHoldTheExpectedTensors() throws {
    let all = try GoldenCheckpoint.all()
    try Golden.each("clip.ckpt_expected") { file, check in
      let archives = all.filter { $0.expected == file.url.path }
      #expect(!archives.isEmpty)
      for archive in archives {
        let weights = try openWeights(archive.path)
        for name in file.names(under: "output.") {
          try check("output." + name, try weights.doubles(name), shape: try weights.info(name).shape)
        }
      }
    }
  }

  @Test func bikeCheckpointsHoldModelHeadAndOptimizer() throws {
    try Golden.each("bike.checkpoint_expected") { file, check in
      let path = file.sibling(try #require(file.config["file"].string)).path
      let weights = try PyTorchFile(path: path)
      #expect(weights.attributes["epoch"]?.int == file.config["epoch"].int)
      let optimizer = KeyMap("moments", "", [.take("optimizer_state_dict/state/"), .replace("/", ".")])
      let parts = [
        ("output.model.", try #require(KeyMap.named("bike"))),
        ("output.video_head.", try #require(KeyMap.named("bike-head"))),
        ("output.opt.", optimizer),
      ]
      for (prefix, map) in parts {
        let mapped = try map.apply(to: weights)
        for info in mapped.tensors where check.wants(prefix + info.name) {
          try check(prefix + info.name, try mapped.doubles(info.name), shape: info.shape)
        }
      }
    }
  }
}
