import Foundation
import Testing

/// The examples in documentation comments compile.
@Suite struct ExampleTests {
  /// The code between the fences of one documentation comment.
  struct Example: Sendable {
    /// The file it stands in, from the package's root, and the line of its first line.
    let file: String
    let line: Int
    let code: String
  }

  /// What an example is given that it does not declare itself, by its file: parameters of a function around it.
  ///
  /// A file that is not listed needs nothing.
  private static let given: [String: String] = [
    "Sources/SluiceCheckpoints/Published/PublishedWeights.swift": "model: TimeSformer",
    "Sources/SluiceCheckpoints/Training/CheckpointFolder.swift": "state: TrainingState",
    "Sources/SluiceDatasets/Classes/ClassSpace.swift": "train: DatasetList, validation: DatasetList",
    "Sources/SluiceDatasets/Identity/DatasetManifest.swift": "stored: [UInt8], now: DatasetManifest",
    "Sources/SluiceFlow/Declaration/BatchRoom.swift": "context: ElementContext",
    "Sources/SluiceFlow/Declaration/Expansion.swift": "repeats: Int",
    "Sources/SluiceFlow/Driver/PipelineDriver.swift": "pipeline: Pipeline<Int>",
    "Sources/SluiceFlow/Declaration/RunExtent.swift":
      "pipeline: Pipeline<Int>, options: RunOptions, run: PipelineRun<Int>",
    "Sources/SluiceFlow/Declaration/Segment.swift": "list: DatasetList",
    "Sources/SluiceFlow/Declaration/Zip.swift": "list: DatasetList",
    "Sources/SluiceFlow/Metrics/TraceRecorder.swift": "pipeline: Pipeline<Int>",
    "Sources/SluiceModels/AttentionMap.swift": "model: TimeSformer, clip: Tensor, frame: [Float]",
    "Sources/SluiceModels/BIKE/VideoHead.swift": "frames: Tensor, texts: CLIPTexts, pass: ForwardPass",
    "Sources/SluiceModels/Classifier.swift": "clips: Tensor",
    "Sources/SluiceModels/MViT.swift": "clips: Tensor, masks: [UInt8]",
    "Sources/SluiceModels/MViTv2.swift": "clips: Tensor, masks: [UInt8]",
    "Sources/SluiceModels/Layouts/SpaceTimeImport.swift": "model: ViViT, weights: PublishedWeights",
    "Sources/SluiceModels/TimeSformer.swift": "clips: Tensor",
    "Sources/SluiceModels/ViViT.swift": "clips: Tensor",
    "Sources/SluiceModels/VideoMAE.swift": "clips: Tensor, masks: [UInt8]",
    "Sources/SluiceNN/Metrics/ClassificationCounts.swift": "logits: Tensor, labels: [Int]",
    "Sources/SluiceNN/Metrics/ViewAverage.swift":
      "logits: Tensor, labels: [Int], counts: inout ClassificationCounts",
    "Sources/SluiceNN/Optimizers/Averaging.swift": "configuration: inout OptimizerConfiguration",
    "Sources/SluiceNN/Optimizers/OptimizerConfiguration.swift": "model: Regressor",
    "Sources/SluiceNN/Schedules/Schedule.swift": "model: Regressor",
    "Sources/SluicePlatform/JSON/JSONReader.swift": "bytes: [UInt8], captions: inout [(String, String)]",
    "Sources/SluiceReport/Report.swift": "losses: LineChart.Series",
    "Sources/SluiceTensor/Autograd/Parameter.swift": "tokens: Tensor",
    "Sources/SluiceTensor/Autograd/Tensor+Backward.swift":
      "videos: Tensor, videoGradient: Tensor, texts: Tensor, textGradient: Tensor",
    "Sources/SluiceTensor/Compute/Compute.swift": "loss: Tensor",
    "Sources/SluiceTensor/Profile/OperationProfile.swift": "loss: Tensor",
    "Sources/SluiceTraining/Contracts/LossTerms.swift": "loss: Tensor, video: Tensor, images: Tensor",
    "Sources/SluiceTraining/Evaluation/Evaluation.swift":
      "pipeline: Pipeline<Prediction<ViewBatch, Tensor>>, clips: Clips",
    "Sources/SluiceTraining/Weights/AcceptedWeights.swift": "model: VideoViT",
    "Sources/SluiceTraining/Weights/InitialWeights.swift": "system: some TrainingSystem",
    "pipelines/classify/FineTuning.swift": "clips: Clips",
    "pipelines/evaluate/FineTuning+Evaluation.swift": "tuning: FineTuning, clips: Clips",
    "pipelines/images/MaskImages.swift":
      "objective: HOGObjective, sample: MaskedSample<HOGTargets>, prediction: Tensor",
    "stages/decode/Clips.swift": "list: DatasetList",
    "stages/forward/BIKE+Training.swift": "configuration: CLIPConfiguration, prompts: ClassPrompts",
    "stages/forward/Collate.swift":
      "clips: Segment<Never, MaskedClip>, objective: HOGObjective, model: MaskedModel<MaskedRegression.Targets>",
    "stages/forward/Evaluate.swift": "classifier: VideoClassifier",
    "stages/optimize/Optimize.swift": "model: Regressor",
    "Sources/SluiceNN/Metrics/FrameVotes.swift": "frames: [Float], sentences: [Double]",
    "Sources/SluiceNN/Metrics/MeanAveragePrecision.swift": "shares: [ClassShares]",
    "pipelines/bike/AttributeGeneration.swift": "request: RunRequest",
    "pipelines/bike/BIKEClipRecipe.swift": "clips: Clips",
    "pipelines/evaluate/ScoreFusion.swift": "video: SampleScores, sentences: SampleScores",
    "pipelines/evaluate/VideoTextClassifier+Evaluation.swift": "classifier: VideoTextClassifier, clips: Clips",
    "pipelines/evaluate/VideoTextClassifier.swift":
      "model: BIKEModel, recipe: BIKEClipRecipe, prompts: ClassPrompts, pairs: BytePair",
    "stages/decode/ListedShards.swift": "classes: ClassSpace",
  ]

  private static let folders = ["Sources", "stages", "pipelines", "shards"]

  static func examples() throws -> [Example] {
    var examples: [Example] = []
    for folder in folders {
      let names = try FileManager.default.subpathsOfDirectory(atPath: Toolchain.root.appending(path: folder).path)
      for name in names.sorted() where name.hasSuffix(".swift") {
        let file = "\(folder)/\(name)"
        let text = try String(contentsOf: Toolchain.root.appending(path: file), encoding: .utf8)
        examples += Self.examples(in: text, file: file)
      }
    }
    return examples
  }

  private static func examples(in text: String, file: String) -> [Example] {
    var examples: [Example] = []
    var open: (line: Int, code: [String])?
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let line = line.drop { $0 == " " }
      guard line.hasPrefix("///") else { continue }
      let comment = line.dropFirst(3).dropFirst(line.dropFirst(3).first == " " ? 1 : 0)
      if comment == "```swift" {
        open = (number + 2, [])
      } else if comment == "```", let (line, code) = open {
        examples.append(Example(file: file, line: line, code: code.joined(separator: "\n")))
        open = nil
      } else {
        open?.code.append(String(comment))
      }
    }
    return examples
  }

  /// An example as a file of its own: the body of a function, so that equal names do not meet.
  private static func source(_ example: Example, number: Int) -> String {
    """
    import Sluice
    func example\(number)(\(given[example.file] ?? "")) \(example.code.contains("await") ? "async " : "")throws {
    #sourceLocation(file: "\(example.file)", line: \(example.line))
    \(example.code.replacingOccurrences(of: "@main ", with: ""))
    #sourceLocation()
    }

    """
  }

  @Test func everyExampleCompiles() throws {
    let examples = try Self.examples()
    #expect(examples.count > 40)
    let folder = FileManager.default.temporaryDirectory.appending(path: "examples-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var files = [Toolchain.root.appending(path: "Tests/PackageTests/Examples/Context.swift")]
    for (number, example) in examples.enumerated() {
      let file = folder.appending(path: "Example\(number).swift")
      try Self.source(example, number: number).write(to: file, atomically: true, encoding: .utf8)
      files.append(file)
    }
    let outcome = try Toolchain.typecheck(files, isInside: true)
    let errors = outcome.output.split(separator: "\n").filter { $0.contains("error:") }
    #expect(outcome.status == 0 && errors.isEmpty, "\(errors.joined(separator: "\n"))")
  }

  @Test func nothingIsGivenToAnExampleThatIsNotThere() throws {
    let files = Set(try Self.examples().map(\.file))
    #expect(Set(Self.given.keys).subtracting(files) == [])
  }
}
