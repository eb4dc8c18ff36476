import Foundation

/// Runs the tools of the toolchain on this package.
enum Toolchain {
  struct Outcome {
    let status: Int32
    let output: String
    /// What the program and those that it started took of processors, in seconds.
    let processorSeconds: Double
  }

  /// The folder of Package.swift.
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Where the build put this test and the modules beside it.
  static let products = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()

  static func run(_ arguments: [String], in folder: URL = root, environment: [String: String] = [:]) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    // The shell says last what its children took: a line of its own times, a line of theirs.
    process.arguments = ["-c", "\"$@\"; status=$?; echo; times; exit $status", "sh"] + arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count > 3, let seconds = seconds(inTimes: lines[lines.count - 2]) else {
      throw CocoaError(.fileReadCorruptFile, userInfo: [NSLocalizedDescriptionKey: "no times: \(text)"])
    }
    return Outcome(
      status: process.terminationStatus, output: lines.dropLast(3).joined(separator: "\n"), processorSeconds: seconds)
  }

  /// The sum of a line such as `0m1.25s 0m0.5s`.
  private static func seconds(inTimes line: Substring) -> Double? {
    let parts = line.split(whereSeparator: { "ms ".contains($0) }).compactMap { Double($0) }
    return parts.count == 4 ? 60 * (parts[0] + parts[2]) + parts[1] + parts[3] : nil
  }

  /// Type-checks files against the modules that were built for this test.
  /// - Parameters:
  ///   - isLibrary: no file holds statements at its top level.
  ///   - isInside: the files may name what only this package may.
  static func typecheck(_ files: [URL], isLibrary: Bool = true, isInside: Bool = false) throws -> Outcome {
    var folders = [products.appending(path: "Modules").path]
    for module in ["CZstd", "CZlib", "CLinux"] {
      folders.append(root.appending(path: "Sources/\(module)").path)
    }
    for module in ["CBLAS", "CFFmpeg", "SluiceKernels"] {
      folders.append(products.appending(path: "\(module).build").path)
    }
    // Yams is built from its checkout, beside the products' folder.
    let scratch = products.deletingLastPathComponent().deletingLastPathComponent()
    folders.append(scratch.appending(path: "checkouts/Yams/Sources/CYaml/include").path)
    return try run(
      ["swiftc", "-swift-version", "6", "-typecheck", "-wmo"] + (isLibrary ? ["-parse-as-library"] : [])
        + (isInside ? ["-package-name", root.lastPathComponent.lowercased()] : [])
        + folders.flatMap { ["-I", $0] }
        + files.map(\.path))
  }

  static func files(in folder: String) throws -> [URL] {
    let folder = root.appending(path: "Tests/PackageTests/\(folder)")
    return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "swift" }.sorted { $0.path < $1.path }
  }
}
