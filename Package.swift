// swift-tools-version: 6.2
// The layers of the package, lowest first. A target imports lower layers only; Tests/PackageTests proves it.
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

let relaxed: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
]

let kernels: [CSetting] = [.define("_GNU_SOURCE")]

/// A library target of Sluice, by default in `Sources/NAME`.
func module(_ name: String, _ dependencies: [Target.Dependency], path: String? = nil, exclude: [String] = []) -> Target
{
  .target(name: name, dependencies: dependencies, path: path, exclude: exclude, swiftSettings: strict)
}

/// A test target in `Tests/NAME`.
func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(
    name: name, dependencies: dependencies + ["TestSupport"], path: "Tests/\(name)", exclude: exclude,
    swiftSettings: relaxed)
}

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let dequeModule: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let heapModule: Target.Dependency = .product(name: "HeapModule", package: "swift-collections")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")

let package = Package(
  name: "Sluice",
  products: [
    .library(name: "Sluice", targets: ["Sluice"]),
    .library(name: "SluiceFlow", targets: ["SluiceFlow"]),
    .executable(name: "sluice", targets: ["sluice"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // 0: C
    // FFmpeg's headers lie on the compiler's own path; its libraries are opened at run time, so none is linked.
    .target(name: "CFFmpeg", path: "Sources/CFFmpeg", cSettings: kernels, linkerSettings: [.linkedLibrary("dl")]),
    .systemLibrary(
      name: "CZstd", path: "Sources/CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CLinux", path: "Sources/CLinux"),
    .systemLibrary(name: "CZlib", path: "Sources/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CBLAS", path: "Sources/CBLAS", cSettings: kernels, linkerSettings: [.linkedLibrary("dl")]),
    .target(
      name: "SluiceKernels", path: "Sources/SluiceKernels", cSettings: kernels, linkerSettings: [.linkedLibrary("m")]),
    // 1
    module("SluicePlatform", [dequeModule]),
    // 2
    module("SluiceFlow", ["SluicePlatform", dequeModule]),
    module("SluiceTensor", ["SluicePlatform", "SluiceKernels", "CBLAS"]),
    // 3
    module("SluiceMedia", ["SluicePlatform", "CFFmpeg"]),
    module("SluiceNN", ["SluicePlatform", "SluiceTensor"]),
    module("SluiceText", ["SluicePlatform", "CZlib", heapModule]),
    module("SluiceReport", ["SluicePlatform", "SluiceFlow", mustache]),
    // 4
    module("SluiceCheckpoints", ["SluicePlatform", "SluiceFlow", "SluiceTensor", "SluiceNN", "CZlib", "CLinux"]),
    module(
      "SluiceShards", ["SluicePlatform", "SluiceKernels", "SluiceMedia", "CZstd"], path: "shards",
      exclude: ["FORMAT.md", "STUDY.md"]),
    module("SluiceDatasets", ["SluicePlatform", "CZstd"]),
    // 5
    module("SluiceModels", ["SluicePlatform", "SluiceTensor", "SluiceNN", "SluiceCheckpoints"]),
    module("SluiceSamples", ["SluiceFlow", "SluiceTensor", "SluiceMedia"]),
    // 6
    module(
      "SluiceTraining",
      [
        "SluicePlatform", "SluiceFlow", "SluiceTensor", "SluiceNN", "SluiceReport", "SluiceCheckpoints",
        "SluiceDatasets", "SluiceSamples",
      ]),
    // 7: the stages; none imports another
    module(
      "SluiceDecode",
      ["SluiceFlow", "SluiceDatasets", "SluiceSamples", "SluiceMedia", "SluiceShards", "SluicePlatform"],
      path: "stages/decode"),
    module(
      "SluiceSample", ["SluiceFlow", "SluiceSamples", "SluicePlatform"],
      path: "stages/sample"),
    module(
      "SluiceAugment",
      [
        "SluiceFlow", "SluiceSamples", "SluiceMedia", "SluiceTensor",
        "SluiceKernels", "SluicePlatform",
      ],
      path: "stages/augment"),
    module(
      "SluiceTokenize",
      [
        "SluiceFlow", "SluiceSamples", "SluiceTensor", "SluiceKernels",
      ],
      path: "stages/tokenize"),
    module(
      "SluiceMask",
      ["SluiceFlow", "SluiceSamples", "SluicePlatform"],
      path: "stages/mask"),
    module(
      "SluiceWords", ["SluicePlatform", "SluiceText", "SluiceFlow", "SluiceSamples"], path: "stages/words"),
    module(
      "SluiceForward",
      ["SluiceFlow", "SluiceSamples", "SluiceTraining", "SluiceTensor", "SluiceNN", "SluiceModels"],
      path: "stages/forward"),
    module(
      "SluiceLoss", ["SluiceFlow", "SluiceSamples", "SluiceTraining", "SluiceTensor", "SluiceNN"],
      path: "stages/loss"),
    module(
      "SluiceOptimize",
      [
        "SluiceFlow", "SluiceTraining", "SluiceNN",
      ],
      path: "stages/optimize"),
    // 8
    module(
      "SluicePipelines",
      [
        "SluicePlatform", "SluiceFlow", "SluiceTensor", "SluiceMedia", "SluiceNN", "SluiceCheckpoints", "SluiceShards",
        "SluiceModels", "SluiceDatasets", "SluiceSamples", "SluiceTraining", "SluiceDecode", "SluiceSample",
        "SluiceAugment", "SluiceTokenize", "SluiceMask", "SluiceText", "SluiceWords",
        "SluiceForward", "SluiceLoss", "SluiceOptimize", "SluiceReport", yams,
      ], path: "pipelines"),
    // 9: Sluice's own benchmarks
    module(
      "SluiceBench",
      [
        "SluicePlatform", "SluiceFlow", "SluiceTensor", "SluiceMedia", "SluiceNN", "SluiceShards", "SluiceModels",
        "SluiceDatasets", "SluiceSamples", "SluiceDecode", "SluiceSample", "SluiceAugment", "SluiceTokenize",
        "SluiceMask", "SluiceForward", "SluicePipelines", argumentParser,
      ]),
    // 10
    module(
      "SluiceCLI",
      [
        "SluicePlatform", "SluiceFlow", "SluiceTensor", "SluiceMedia", "SluiceCheckpoints", "SluiceShards",
        "SluiceDatasets", "SluiceSamples", "SluiceTraining", "SluicePipelines", "SluiceBench", "SluiceReport",
        "SluiceDecode", "SluiceText", argumentParser, yams,
      ]),
    // 11
    module(
      "Sluice",
      [
        "SluicePlatform", "SluiceFlow", "SluiceTensor", "SluiceMedia", "SluiceNN", "SluiceCheckpoints", "SluiceShards",
        "SluiceModels", "SluiceDatasets", "SluiceSamples", "SluiceTraining", "SluiceDecode", "SluiceSample",
        "SluiceAugment", "SluiceTokenize", "SluiceMask", "SluiceWords",
        "SluiceForward", "SluiceLoss", "SluiceOptimize", "SluiceReport", "SluicePipelines", "SluiceCLI", "SluiceText",
      ]),
    .executableTarget(name: "sluice", dependencies: ["SluiceCLI"], path: "Sources/sluice-tool", swiftSettings: strict),
    // tests
    .target(
      name: "TestSupport", dependencies: ["SluicePlatform", "SluiceCheckpoints", "SluiceTensor"],
      path: "Tests/TestSupport",
      swiftSettings: relaxed),
    tests(
      "PackageTests", ["Sluice"], exclude: ["Examples", "MustCompile", "MustNotCompile", "untested-sentences.txt"]),
    tests("FlowTests", ["SluiceFlow", "SluicePlatform", "Soak"]),
    .executableTarget(name: "Soak", dependencies: ["SluiceFlow"], path: "Tests/Soak", swiftSettings: relaxed),
    tests("TensorTests", ["SluiceTensor", "SluicePlatform", "SluiceKernels", "CBLAS"]),
    tests("DatasetTests", ["SluiceDatasets", "SluicePlatform"]),
    tests("TextTests", ["SluiceText", "SluicePlatform", "SluiceCheckpoints"]),
    tests("MediaTests", ["SluiceMedia", "SluicePlatform", "CFFmpeg"]),
    tests(
      "NetworkTests",
      [
        "SluicePlatform", "SluiceNN", "SluiceModels", "SluiceTensor", "SluiceCheckpoints", "SluiceSamples",
        "SluiceTraining", "SluiceFlow",
        "SluiceForward", "SluiceLoss", "SluiceOptimize",
      ]),
    tests(
      "CheckpointTests",
      ["SluiceCheckpoints", "SluiceFlow", "SluiceModels", "SluiceNN", "SluiceTensor", "WeightReader"]),
    .executableTarget(
      name: "WeightReader", dependencies: ["SluiceCheckpoints"], path: "Tests/WeightReader", swiftSettings: relaxed),
    tests(
      "ShardTests", ["SluiceShards", "SluiceMedia", "SluicePlatform", "SluiceKernels", "CZstd"], exclude: ["reader.py"]),
    tests(
      "StageTests",
      [
        "SluiceFlow", "SluiceDatasets", "SluiceSamples", "SluiceTraining", "SluiceDecode", "SluiceSample",
        "SluiceAugment", "SluiceTokenize", "SluiceMask", "SluiceText", "SluiceWords",
        "SluiceForward", "SluiceLoss", "SluiceOptimize", "SluiceMedia", "SluiceTensor", "SluiceKernels",
        "SluiceCheckpoints",
      ]),
    tests(
      "PipelineTests", ["Sluice", "SluicePipelines", "SluiceCLI", "SluiceBench", "SluiceMedia", argumentParser],
      exclude: ["Commands/Help", "Commands/untested-options.txt", "tokens.py"]),
    tests("ReportTests", ["SluiceReport", "SluiceFlow"]),
  ]
)
