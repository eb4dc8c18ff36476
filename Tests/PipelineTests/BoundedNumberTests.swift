import ArgumentParser
import Foundation
import SluiceCLI
import SluiceFlow
import SluicePipelines
import SluiceTraining
import TestSupport
import Testing

/// Whatever number a user gives, the answer is its effect or a sentence with the range.
@Suite struct BoundedNumberTests {
  private static let odd = [
    "0", "-1", "2147483648", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "nan", "-nan", "inf",
    "-inf", "1e300", "-1e300", "1e-300", "",
  ]

  // MARK: Options

  /// One option of a command that takes a value.
  private struct NumberOption {
    let command: [String]
    let name: String
    /// What the command does not parse without.
    let rest: [String]

    /// The message that `value` is refused with; `nil` if it is taken.
    func refusal(of value: String) -> String? {
      do {
        _ = try SluiceCommand.parseAsRoot(command + rest + ["--\(name)=\(value)"])
        return nil
      } catch {
        return SluiceCommand.message(for: error)
      }
    }

    var isNumber: Bool { refusal(of: "word") != nil && ["1", "0.5", "64KiB"].contains { refusal(of: $0) == nil } }
  }

  private struct Tool: Decodable {
    let command: Command
  }

  private struct Command: Decodable {
    struct Argument: Decodable {
      struct Name: Decodable {
        let kind: String
        let name: String
      }
      let kind: String
      let isOptional: Bool
      let names: [Name]?

      var long: String? { names?.first { $0.kind == "long" }?.name }
    }
    let commandName: String
    let subcommands: [Command]?
    let arguments: [Argument]?

    func options(_ path: [String] = []) -> [NumberOption] {
      let own = arguments ?? []
      let rest = own.filter { !$0.isOptional }.flatMap { argument in
        argument.kind == "positional" ? ["x"] : argument.long.map { ["--\($0)", "x"] } ?? []
      }
      return own.filter { $0.kind == "option" }.compactMap(\.long).map { name in
        let others = rest.first == "--\(name)" ? Array(rest.dropFirst(2)) : rest
        return NumberOption(command: path, name: name, rest: others)
      } + (subcommands ?? []).filter { $0.commandName != "help" }.flatMap { $0.options(path + [$0.commandName]) }
    }
  }

  @Test func everyNumericOptionHasARange() throws {
    let tool = try JSONDecoder().decode(Tool.self, from: Data(SluiceCommand._dumpHelp().utf8))
    let options = tool.command.options().filter(\.isNumber)
    // Those of training, evaluation and the tools, once for each command that has them.
    for name in ["epochs", "steps", "threads", "windows", "val-every", "keep", "seed", "max-failures", "top", "train"] {
      #expect(options.contains { $0.name == name }, "--\(name)")
    }
    for option in options {
      for value in Self.odd {
        let label = (option.command + ["--\(option.name)=\(value)"]).joined(separator: " ")
        if let message = option.refusal(of: value) {
          #expect(
            message.contains(#/ from \S+ to \S+/#) || message.contains("no number from 0") || value.isEmpty,
            "\(label): \(message)")
        } else {
          // Keys of random numbers, shares, tolerances, sizes of files, and frames of clips that are not open yet.
          #expect(
            ["0", "1e-300", "2147483648", "9223372036854775807", "9223372036854775808"].contains(value), "\(label)")
          let isLarge = value.count > 6
          #expect(!isLarge || ["seed", "shard-size", "at"].contains(option.name) || value == "1e-300", "\(label)")
        }
      }
    }
  }

  // MARK: Settings

  private static let systems: [String] = Systems.all.map { $0.name }

  @Test(arguments: systems) func everySettingHasARange(system: String) throws {
    try check(try Systems.named(system))
  }

  private func check<System: TrainingSystem>(_ system: System.Type) throws {
    for setting in System.Configuration.settings {
      var values = Self.odd
      if case .number(let range, let isWhole, _) = setting.domain {
        #expect(range.lowerBound >= -1e9 && range.upperBound <= 1e9, "\(System.name) \(setting.name): \(range)")
        for bound in [range.lowerBound, range.upperBound] { values.append(isWhole ? "\(Int(bound))" : "\(bound)") }
        values.append(isWhole ? "\(Int(range.upperBound) + 1)" : "\(range.upperBound.nextUp)")
      }
      for value in values {
        let label = "\(System.name) \(setting.name)=\(value)"
        var configuration = System.Configuration()
        do {
          try setting.write(&configuration, value)
        } catch let error as SettingError {
          let isRange = error.description.contains(
            #/\d\.\.\.\d|is none of|no true or false|up to \d|wanted: one such as/#)
          #expect(isRange, "\(label): \(error)")
          continue
        }
        // What is taken is a number that can be printed again, and a run that is refused or can be drawn.
        #expect(!["nan", "inf"].contains(setting.read(configuration)), "\(label)")
        var request = RunRequest()
        request.settings = [setting.name: value]
        request.epochs = 1_000_000_000
        do {
          let prepared = try PreparedRun(system, request)
          #expect(!prepared.pipeline.graph.text.isEmpty)
          _ = try prepared.remarks()
          try prepared.requireMemory()
        } catch {
          #expect(error is RunError || "\(error)".count > 20, "\(label): \(error)")
        }
      }
    }
  }

  @Test(arguments: systems) func everythingAtItsLargestIsASentence(system: String) throws {
    try checkLargest(try Systems.named(system))
  }

  private func checkLargest<System: TrainingSystem>(_ system: System.Type) throws {
    var request = RunRequest()
    for setting in System.Configuration.settings {
      guard case .number(let range, true, _) = setting.domain else { continue }
      request.settings[setting.name] = "\(Int(range.upperBound))"
    }
    (request.epochs, request.steps) = (1_000_000_000, 1_000_000_000)
    // Some of them have no effect beside the others, and are left out one by one.
    while true {
      do {
        let prepared = try PreparedRun(system, request)
        _ = try prepared.remarks()
        let error = #expect(throws: RunError.self) { try prepared.requireMemory() }
        #expect(error?.description.contains("a step wants at least") == true, "\(error?.description ?? "")")
        return
      } catch {
        let text = "\(error)"
        guard let name = request.settings.keys.sorted().first(where: { text.contains("--set \($0)=") }) else {
          #expect(["at most", "divide", "given", "hides 0 of"].contains { text.contains($0) }, "\(text)")
          return
        }
        request.settings[name] = nil
      }
    }
  }

  // MARK: Runs

  private static let tiny = [
    "depth=1", "imageSize=32", "dimension=16", "headCount=2", "frameCount=4",
  ].flatMap { ["--set", "model." + $0] }

  @Test(.disabled(if: isSanitized, "the sanitizers have memory of their own"))
  func aStepThatCannotFitSaysHowMuchItWants() throws {
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(2, to: folder)
      let train = ["train", "timesformer", "--data", list, "--steps", "1", "--set", "denseFrames.stride=4"]
      let large = try TestSupport.SluiceProgram.run(
        train + ["--set", "batch.size=1000", "--out", folder + "/large"], limits: "ulimit -d 2000000")
      #expect(large.status == 1, "\(large.messages)")
      #expect(
        large.messages.contains(#/a step wants at least [\d.]+ GB of memory .*batches.*; .* of 2.0 GB are free/#),
        "\(large.messages)")
      #expect(!FileManager.default.fileExists(atPath: folder + "/large"))
      let wide = try TestSupport.SluiceProgram.run(
        train + ["--set", "model.dimension=65536", "--set", "model.depth=4096", "--out", folder + "/wide"])
      #expect(wide.status == 1 && wide.messages.contains("a step wants at least"), "\(wide.messages)")
      for command in [["train"], ["train", "--dry-run"], ["profile"]] {
        let refused = try TestSupport.SluiceProgram.run(
          [command[0], "timesformer", "--data", list, "--steps", "1", "--set", "model.dimension=65536"]
            + command.dropFirst()
            + (command[0] == "train" ? ["--out", folder + "/none"] : []), limits: "ulimit -d 4000000")
        #expect(refused.status == 1 && refused.messages.contains("a step wants at least"), "\(refused.messages)")
      }
    }
  }

  @Test func threadsAndLengthsAtTheirLargestRun() throws {
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(2, to: folder)
      let run = try SluiceProgram.run(
        ["train", "timesformer", "--data", list, "--steps", "1", "--epochs", "1000000000", "--threads", "1024"]
          + Self.tiny
          + [
            "--set", "denseFrames.stride=4", "--set", "batch.size=2", "--set", "decode.workers=4096", "--set",
            "augment.buffer=1000000", "--val-every", "1000000000", "--out", folder + "/run",
          ])
      #expect(run.status == 0, "\(run.errors)")
      for option in ["--threads=100000", "--steps=0", "--epochs=9223372036854775808"] {
        let refused = try SluiceProgram.run(["train", "timesformer", "--data", list, option])
        #expect(refused.status == 64 && refused.errors.contains(" from 1 to "), "\(refused.errors)")
      }
    }
  }
}
