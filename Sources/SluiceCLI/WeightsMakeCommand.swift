public import ArgumentParser
internal import SluiceBench
public import SluicePipelines
internal import SluicePlatform

/// `sluice weights make`: writes random weights of a model that others train.
struct WeightsMakeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "make",
    abstract: "Writes random weights of a model that is not trained here, for trying things out.",
    discussion: """
      dvae: DALL-E's discrete autoencoder, encoder.safetensors and decoder.safetensors in a folder that --tokenizer takes. \
      Words are balanced on the synthetic videos, so that none is more than a tenth of them. What a network learns of \
      random words says nothing of what it learns of DALL-E's.

      clip: a CLIP whose texts lie around zero, model.safetensors and merges.txt in a folder that --clip takes. Its merges are \
      learned from a few words unless --merges names others.

      Example: sluice weights make clip --out clip-small --size small
      """)

  @Argument(help: "The model: dvae or clip.")
  var model: String

  @Option(help: ArgumentHelp("The folder to write to.", valueName: "dir"))
  var out: String

  @Option(
    help: ArgumentHelp(
      "small, or full: as published, 390 MB of dvae, 600 MB of clip (default: small).", valueName: "size"))
  var size: RandomDVAE.Size = .small

  @Option(help: ArgumentHelp("The merges of clip's text tower (default: some of its own).", valueName: "file"))
  var merges: String?

  @Option(help: "Another seed gives other weights.", in: .seed)
  var seed: UInt64 = 0

  func validate() throws {
    guard ["dvae", "clip"].contains(model) else {
      throw ValidationError("no random weights are made of “\(model)”; there are dvae and clip.")
    }
    if let merges, model != "clip" {
      throw ValidationError("--merges \(merges) has no effect here: \(model) reads no texts. Leave it out.")
    }
  }

  func run() throws {
    guard model == "clip" else {
      let share = try RandomDVAE(size, seed: seed).write(to: out)
      Console.print(
        "\(out): encoder.safetensors, decoder.safetensors; the most frequent word is \(share.percentText) of all")
      return
    }
    let closest = try RandomCLIP(size == .full ? .full : .small, merges: merges, seed: seed).write(to: out)
    Console.print(
      "\(out): model.safetensors, merges.txt; the prompts of different words are at most \(closest.percentText) alike")
  }
}

extension RandomDVAE.Size: ExpressibleByArgument {}
