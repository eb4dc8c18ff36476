import Foundation
import SluiceCheckpoints
import SluicePipelines
import SluiceTraining
import TestSupport
import Testing

/// BIKE's own configuration files.
@Suite struct ExperimentFileTests {
  private let folder = TemporaryFolder()

  private static let network = "network: {arch: ViT-B/32, init: True, sim_header: Transf, interaction: VCS}\n"

  private func file(_ text: String, changing changes: [String: String] = [:]) throws -> ExperimentFile? {
    try ExperimentFile(contentsOf: try folder.write(text, "experiment.yaml"), changing: changes)
  }

  /// What is said about a file that is refused.
  private func refusal(_ text: String, changing changes: [String: String] = [:]) throws -> String {
    let path = try folder.write(text, "experiment.yaml")
    var description = ""
    do throws(RunError) {
      _ = try ExperimentFile(contentsOf: path, changing: changes)
    } catch {
      description = error.description
    }
    return description
  }

  /// `configs_expected.json` names files beside it, with what each has, or the key that is wrong.
  @Test func everyExpectedFileIsReadOrRefused() throws {
    var count = 0
    for (_, url) in try Golden.paths(where: { $0.hasSuffix("configs_expected.json") }) {
      let entries = try JSONValue(json: String(contentsOf: url, encoding: .utf8))
      for entry in try #require(entries.array) {
        let name = try #require(entry["file"].string)
        let path = url.deletingLastPathComponent().appendingPathComponent(name).path
        count += 1
        guard entry["expect"].string == "ok" else {
          let wrong = try #require(entry["names"].string)
          do throws(RunError) {
            _ = try ExperimentFile(contentsOf: path)
            Issue.record("\(name) was read; it is wrong in \(wrong)")
          } catch {
            #expect(error.description.contains(wrong), "\(name): \(error)")
          }
          continue
        }
        let file = try #require(try ExperimentFile(contentsOf: path), "\(name)")
        let expected = try #require(entry["values"].object)
        #expect(Set(file.names) == Set(expected.keys), "\(name)")
        for (key, value) in expected { #expect(file.values[key] == ExperimentValue(value), "\(name): \(key)") }
        #expect(Set(file.emptyKeys) == Set((entry["null"].array ?? []).compactMap(\.string)), "\(name)")
        #expect(file.unusedKeys.sorted() == (entry["not_used"].array ?? []).compactMap(\.string).sorted(), "\(name)")
      }
    }
    print("golden: checked \(count) of \(count) configuration files")
    #expect(count > 0 || Golden.folder == nil)
  }

  @Test(
    arguments: [
      ("5e-5", ExperimentValue.number(5e-5)), ("5.e-5", .number(5e-5)), ("5.0E+2", .number(500)), (".5", .number(0.5)),
      ("-1_000", .number(-1000)), ("0x1F", .number(31)), ("0b101", .number(5)), ("017", .number(15)),
      ("08", .text("08")),
      ("5.", .number(5)), ("1.2.3", .text("1.2.3")), ("e5", .text("e5")), ("5e", .text("5e")), (".", .text(".")),
      ("-", .text("-")), ("_1", .text("_1")), ("None", .text("None")), ("none", .text("none")), ("~", .null),
      ("", .null),
      ("null", .null), ("Null", .null), ("True", .truth(true)), ("off", .truth(false)), ("truE", .text("truE")),
      ("١", .text("١")),
    ] as [(String, ExperimentValue)])
  func plainTextsMeanWhatYAMLSays(text: String, value: ExperimentValue) {
    #expect(ExperimentValue(plain: text) == value)
  }

  @Test func quotedTextsStayTexts() throws {
    let file = try file("data: {dataset: '101', image_tmpl: \"img_{:05d}.jpg\"}\n" + Self.network)
    #expect(file?["data.dataset"] == .text("101"))
    #expect(file?["data.image_tmpl"] == .text("img_{:05d}.jpg"))
    let refused = try refusal("data: {num_segments: '8'}\n" + Self.network)
    #expect(refused.contains("data.num_segments is “8”; wanted: a whole number in 1...4096."))
  }

  @Test func groupsShareKeysByAnchors() throws {
    let merged = try file(
      """
      data: {train_root: a, val_root: b, num_segments: 8}
      network: {sim_header: &head None, interaction: DP, arch: &arch ViT-B/16}
      solver: {epochs: &count 20, lr_decay_step: [*count]}
      """)
    #expect(merged?["network.sim_header"] == .text("None"))
    #expect(merged?["solver.lr_decay_step"] == .list([.number(20)]))
    let inherited = try file(
      """
      data:
        train_root: a
      network: {sim_header: Transf, interaction: VCS}
      solver: {lr: 5e-5}
      logging:
        <<: {print_freq: 10, eval_freq: 2}
        eval_freq: 5
      """)
    #expect(inherited?["logging.print_freq"] == .number(10))
    #expect(inherited?["logging.eval_freq"] == .number(5))
  }

  @Test func everyMistakeIsNamedWithItsLine() throws {
    let tab = try refusal("data:\n\tnum_segments: 8\n" + Self.network)
    #expect(tab.contains("this is no YAML") && tab.contains("2:"), "\(tab)")
    let twice = try refusal("data: {num_segments: 8, num_segments: 16}\n" + Self.network)
    #expect(twice.contains("num_segments") && twice.contains("there twice"), "\(twice)")
    let unknown = try refusal("data: {dataset: k400}\n" + Self.network + "solver: {learn_rate: 1}\n")
    #expect(unknown.contains("experiment.yaml:3: solver.learn_rate is no key"), "\(unknown)")
    let near = try refusal("data:\n  num_segmentz: 8\n" + Self.network)
    #expect(near.contains(":2: data.num_segmentz") && near.contains("data.num_segments"), "\(near)")
    let group = try refusal("data: {dataset: k400}\n" + Self.network + "solver: 3\n")
    #expect(group.contains("solver is a group of keys"), "\(group)")
    let deep = try refusal("data: {dataset: {name: k400}}\n" + Self.network)
    #expect(deep.contains("data.dataset is a single value"), "\(deep)")
    let absent = try refusal("data: {dataset: k400}\nnetwork: {interaction: VCS}\n")
    #expect(absent.contains("network.sim_header is absent; wanted: Transf or None."), "\(absent)")
    let begun = try refusal("data: {dataset: k400}\n" + Self.network + "solver: {start_epoch: 3}\n")
    #expect(begun.contains("solver.start_epoch is 3") && begun.contains("--resume"), "\(begun)")
    let monitor = try refusal("data: {dataset: k400}\n" + Self.network + "solver: {type: monitor}\n")
    #expect(monitor.contains("take cosine"), "\(monitor)")
    let steps = try refusal("data: {dataset: k400}\n" + Self.network + "solver: {lr_decay_step: [14, 8]}\n")
    #expect(steps.contains("solver.lr_decay_step is [14, 8]"), "\(steps)")
  }

  @Test func theCommandLineHasTheLastWord() throws {
    let text = "data: {dataset: k400, batch_size: 32}\n" + Self.network
    let file = try file(text, changing: ["data.batch_size": "8", "solver.lr": "5e-5", "recipe.flip": "0"])
    #expect(file?["data.batch_size"] == .number(8))
    #expect(file?["solver.lr"] == .number(5e-5))
    #expect(file?.names.contains("recipe.flip") == false)
    let refused = try refusal(text, changing: ["solver.optim": "lamb"])
    #expect(refused == "--set solver.optim=lamb: solver.optim is “lamb”; wanted: adamw, adam or sgd.")
  }

  /// Settings files of Sluice have no `data`, and are none of BIKE's.
  @Test func otherFilesAreLeftToOthers() throws {
    #expect(try file("network:\n  sim_header: None\nrecipe:\n  flip: 0\n") == nil)
    #expect(try file("model: {depth: 4, depth: 5}\n") == nil)
    #expect(try file("") == nil)
    #expect(try file("- 1\n- 2\n") == nil)
  }
}

extension ExperimentValue {
  /// The value as JSON has it.
  fileprivate init(_ json: JSONValue) {
    switch json {
    case .null: self = .null
    case .bool(let value): self = .truth(value)
    case .integer(let value): self = .number(Double(value))
    case .number(let value): self = .number(value)
    case .string(let text): self = .text(text)
    case .array(let values): self = .list(values.map(ExperimentValue.init))
    case .object: self = .text("an object")
    }
  }
}
