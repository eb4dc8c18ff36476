import Foundation

/// Runs the tools of the toolchain on this package.
enum Toolchain {
  struct Outcome {
    let status: Int32
    let output: String
  }

  /// The folder of Package.swift.
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Where the build put this test and the modules beside it.
  static let products = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()

  static func run(_ arguments: [String], in folder: URL = root, environment: [String: String] = [:]) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Outcome(status: process.terminationStatus, output: String(decoding: output, as: UTF8.self))
  }

  /// Type-checks files against the modules that were built for this test.
  /// - Parameter isLibrary: no file holds statements at its top level.
  static func typecheck(_ files: [URL], isLibrary: Bool = true) throws -> Outcome {
    var folders = [products.appending(path: "Modules").path]
    for module in ["CZstd", "CZlib", "CLinux"] {
      folders.append(root.appending(path: "Sources/\(module)").path)
    }
    for module in ["CBLAS", "CFFmpeg", "SluiceKernels"] {
      folders.append(products.appending(path: "\(module).build").path)
    }
    return try run(
      ["swiftc", "-swift-version", "6", "-typecheck"] + (isLibrary ? ["-parse-as-library"] : [])
        + folders.flatMap { ["-I", $0] }
        + files.map(\.path))
  }

  static func files(in folder: String) throws -> [URL] {
    let folder = root.appending(path: "Tests/PackageTests/\(folder)")
    return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "swift" }.sorted { $0.path < $1.path }
  }
}
