import Foundation
import Testing

/// A target imports lower layers only.
@Suite struct LayerTests {
  private static let layers: [[String]] = [
    ["CFFmpeg", "CZstd", "CZlib", "CLinux", "CBLAS", "SluiceKernels"],
    ["SluicePlatform"],
    ["SluiceFlow", "SluiceTensor"],
    ["SluiceMedia", "SluiceNN", "SluiceText", "SluiceReport"],
    ["SluiceCheckpoints", "SluiceShards", "SluiceDatasets"],
    ["SluiceModels", "SluiceSamples"],
    ["SluiceTraining"],
    [
      "SluiceDecode", "SluiceSample", "SluiceAugment", "SluiceTokenize", "SluiceMask", "SluiceForward", "SluiceLoss",
      "SluiceOptimize", "SluiceWords",
    ],
    ["SluicePipelines"],
    ["SluiceBench"],
    ["SluiceCLI"],
    ["Sluice", "sluice"],
  ]

  struct Description: Decodable {
    struct Target: Decodable {
      let name: String
      let type: String
      let path: String
      let sources: [String]
      let target_dependencies: [String]?
      let product_dependencies: [String]?
    }
    let targets: [Target]
  }

  private static func describe() throws -> Description {
    // Inside `swift test` the default scratch path is locked.
    let scratch = FileManager.default.temporaryDirectory.appending(path: "sluice-describe-\(getpid())")
    defer { try? FileManager.default.removeItem(at: scratch) }
    let outcome = try Toolchain.run([
      "swift", "package", "--scratch-path", scratch.path, "describe", "--type", "json",
    ])
    let start = try #require(outcome.output.firstIndex(of: "{"), "\(outcome.output)")
    let end = try #require(outcome.output.lastIndex(of: "}"))
    return try JSONDecoder().decode(Description.self, from: Data(outcome.output[start...end].utf8))
  }

  @Test func noArrowGoesUpOrSideways() throws {
    let levels = Dictionary(
      uniqueKeysWithValues: Self.layers.enumerated().flatMap { level, names in names.map { ($0, level) } })
    let targets = try Self.describe().targets.filter { !$0.path.hasPrefix("Tests/") }
    #expect(targets.count > 20)
    for target in targets {
      let level = try #require(levels[target.name], "\(target.name) stands in no layer")
      for dependency in target.target_dependencies ?? [] {
        let lower = try #require(levels[dependency], "\(dependency) stands in no layer")
        #expect(lower < level, "\(target.name) depends on \(dependency), which is not below it")
      }
      for source in target.sources where source.hasSuffix(".swift") {
        let url = Toolchain.root.appending(path: target.path).appending(path: source)
        for module in imports(of: try String(contentsOf: url, encoding: .utf8)) {
          if let lower = levels[module] {
            #expect(lower < level, "\(target.path)/\(source) imports \(module), which is not below \(target.name)")
          }
        }
      }
    }
  }

  @Test(arguments: ["Sources/SluicePlatform", "Sources/SluiceFlow", "Sources/SluiceText", "Sources/SluiceDatasets"])
  func theFlowDoesWithoutFoundation(
    folder: String
  ) throws {
    let url = Toolchain.root.appending(path: folder)
    let files = FileManager.default.enumerator(at: url, includingPropertiesForKeys: nil)
    var count = 0
    while let file = files?.nextObject() as? URL {
      guard file.pathExtension == "swift" else { continue }
      count += 1
      let modules = imports(of: try String(contentsOf: file, encoding: .utf8))
      #expect(!modules.contains { $0.hasPrefix("Foundation") }, "\(file.lastPathComponent)")
    }
    #expect(count > 5)
  }

  @Test func noTargetDependsOnWhatItDoesNotImport() throws {
    for target in try Self.describe().targets where !target.path.hasPrefix("Tests/") {
      let sources = target.sources.filter { $0.hasSuffix(".swift") }
      if sources.isEmpty { continue }
      let imported = try sources.flatMap { source in
        let url = Toolchain.root.appending(path: target.path).appending(path: source)
        return imports(of: try String(contentsOf: url, encoding: .utf8))
      }
      let idle = Set(target.target_dependencies ?? []).subtracting(imported)
      #expect(idle.isEmpty, "\(target.name) never imports \(idle)")
    }
  }

  /// What a library of the data stages alone would link, whatever it is made of.
  @Test func theDataStagesNeedNoMoreThanFoundationEssentials() throws {
    let targets = try Self.describe().targets
    var needed: Set<String> = []
    var waiting = ["SluiceDecode", "SluiceSample", "SluiceAugment", "SluiceMask", "SluiceTokenize"]
    while let name = waiting.popLast() {
      guard needed.insert(name).inserted else { continue }
      let target = try #require(targets.first { $0.name == name }, "there is no target \(name)")
      #expect(
        target.product_dependencies ?? [] == (name == "SluicePlatform" || name == "SluiceFlow" ? ["DequeModule"] : []),
        "\(name)")
      waiting += target.target_dependencies ?? []
    }
    let below: Set = [
      "SluicePlatform", "SluiceFlow", "SluiceTensor", "SluiceMedia", "SluiceShards", "SluiceDatasets", "SluiceSamples",
    ]
    #expect(below.isSubset(of: needed))
    for target in targets where needed.contains(target.name) {
      for source in target.sources where source.hasSuffix(".swift") {
        let url = Toolchain.root.appending(path: target.path).appending(path: source)
        let modules = imports(of: try String(contentsOf: url, encoding: .utf8))
        let wide = modules.filter { $0.hasPrefix("Foundation") && $0 != "FoundationEssentials" }
        #expect(wide.isEmpty, "\(target.path)/\(source) imports \(wide)")
      }
    }
  }

  private func imports(of source: String) -> [String] {
    source.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      guard let place = words.firstIndex(of: "import"), place < 3, words.indices.contains(place + 1),
        words[..<place].allSatisfy({ $0.hasPrefix("@") || ["public", "package", "internal", "private"].contains($0) })
      else { return nil }
      return String(words[place + 1])
    }
  }
}
