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

      Example: sluice weights make dvae --out dvae --size small
      """)

  @Argument(help: "The model: dvae.")
  var model: String

  @Option(help: ArgumentHelp("The folder to write to.", valueName: "dir"))
  var out: String

  @Option(help: ArgumentHelp("small (512 words), or full: as published, 390 MB (default: small).", valueName: "size"))
  var size: RandomDVAE.Size = .small

  @Option(help: "Another seed gives other weights.", in: .seed)
  var seed: UInt64 = 0

  func validate() throws {
    guard model == "dvae" else { throw ValidationError("no random weights are made of “\(model)”; there is dvae.") }
  }

  func run() throws {
    let share = try RandomDVAE(size, seed: seed).write(to: out)
    Console.print(
      "\(out): encoder.safetensors, decoder.safetensors; the most frequent word is \(share.percentText) of all")
  }
}

extension RandomDVAE.Size: ExpressibleByArgument {}
