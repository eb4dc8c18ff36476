import Foundation
import SluiceCheckpoints
public import SluiceTensor
import Testing

/// The golden files: what the reference implementations computed, chosen by their `kind`.
///
/// ```swift
/// @Test func hogMatchesTheReference() throws {
///   try Golden.each("maskfeat.hog") { file, check in
///     let hog = HOG(cell: file.config["cell"].int ?? 8)
///     try check("output.cells", hog.cells(of: try file.bytes("input.image")))
///   }
/// }
/// ```
/// The folder is `$SLUICE_GOLDEN`, else `../shared/golden` beside the package; `Tests/Fixtures/golden` is always read
/// too, less the files that are the folder's own again.
public enum Golden {
  /// Runs `body` for every file of the given kinds, and fails for each tensor that is wrong or was not checked.
  /// - Parameters:
  ///   - kinds: the kinds of files.
  ///   - precision: what products are computed in. With `bfloat16`, which the files' tolerances are not made for, each
  ///     result may be off by `share` of the largest number in it, and each gradient by twice that of its length.
  ///   - share: see there.
  public static func each(
    _ kinds: String..., precision: Precision = .float32, share: Double = 0.05,
    body: (GoldenFile, GoldenChecker) throws -> Void
  ) throws {
    try Compute.current.with(precision).run { try eachHere(kinds, precision == .float32 ? nil : share, body: body) }
  }

  private static func eachHere(
    _ kinds: [String], _ share: Double?, body: (GoldenFile, GoldenChecker) throws -> Void
  ) throws {
    var tally = Tally(kinds: kinds)
    for file in try files(ofKinds: kinds) {
      let checker = GoldenChecker(file, share: share)
      do {
        try body(file, checker)
        tally.add(file, checker, nil)
      } catch {
        tally.add(file, checker, error)
      }
    }
    tally.report()
  }

  /// Runs `body` for every file of the given kinds, one after the other, as the synchronous variant does.
  public static func each(
    _ kinds: String..., body: (GoldenFile, GoldenChecker) async throws -> Void
  ) async throws {
    var tally = Tally(kinds: kinds)
    for file in try files(ofKinds: kinds) {
      let checker = GoldenChecker(file)
      do {
        try await body(file, checker)
        tally.add(file, checker, nil)
      } catch {
        tally.add(file, checker, error)
      }
    }
    tally.report()
  }

  /// All files of the given kinds, by name.
  public static func files(ofKinds kinds: [String]) throws -> [GoldenFile] {
    try index.get().filter { kinds.contains($0.kind) }
  }

  /// All kinds there are, with the names of their files.
  public static func kinds() throws -> [String: [String]] {
    Dictionary(grouping: try index.get(), by: \.kind).mapValues { $0.map(\.name) }
  }

  /// The package's root.
  public static let packageRoot = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The small copy that is part of the package.
  public static let fixtures = packageRoot.appendingPathComponent("Tests/Fixtures/golden")

  /// The folder with all files, if there is one on this machine.
  public static let folder: URL? = {
    if let path = ProcessInfo.processInfo.environment["SLUICE_GOLDEN"], !path.isEmpty {
      return URL(fileURLWithPath: path).resolvingSymlinksInPath()
    }
    let shared = packageRoot.deletingLastPathComponent().appendingPathComponent("shared/golden")
    return FileManager.default.fileExists(atPath: shared.path) ? shared : nil
  }()

  /// Whether `folder` is the default one, which holds every kind, and not one named by `$SLUICE_GOLDEN`.
  static var isDefaultFolder: Bool {
    folder != nil && (ProcessInfo.processInfo.environment["SLUICE_GOLDEN"] ?? "").isEmpty
  }

  /// Every file below the golden folders whose name `isWanted` accepts; a fixture that equals the folder's own file is left out.
  public static func paths(where isWanted: (String) -> Bool) throws -> [(name: String, url: URL)] {
    var found: [(name: String, url: URL)] = []
    if let folder {
      let names = try relativePaths(below: folder).filter(isWanted)
      found += names.map { ($0, folder.appendingPathComponent($0)) }
    }
    let known = Dictionary(found.map { ($0.name, $0.url.path) }, uniquingKeysWith: { first, _ in first })
    for name in try relativePaths(below: fixtures).filter(isWanted) {
      let url = fixtures.appendingPathComponent(name)
      if let other = known[name], FileManager.default.contentsEqual(atPath: url.path, andPath: other) { continue }
      found.append((known[name] == nil ? name : "Fixtures/\(name)", url))
    }
    return found
  }

  private static let index: Result<[GoldenFile], any Error> = Result {
    try paths { $0.hasSuffix(".safetensors") }.compactMap { try GoldenFile(name: $0.name, url: $0.url) }
  }

  private static func relativePaths(below folder: URL) throws -> [String] {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isDirectory), isDirectory.boolValue else {
      throw GoldenError("the golden folder \(folder.path) does not exist; unset SLUICE_GOLDEN or correct it")
    }
    return try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
  }
}

/// Counts the files of one suite and says what became of them.
private struct Tally {
  let kinds: [String]
  var passed: [String] = []
  var failed: [String] = []

  mutating func add(_ file: GoldenFile, _ checker: GoldenChecker, _ error: (any Error)?) {
    // A thrown error is the cause; the tensors it left unchecked are its consequence.
    let failures = error.map { ["\($0)"] } ?? checker.finish()
    for failure in failures { Issue.record("\(file.name): \(failure)") }
    if failures.isEmpty { passed.append(file.name) } else { failed.append(file.name) }
    if ProcessInfo.processInfo.environment["SLUICE_GOLDEN_MARGINS"] != nil {
      print("golden: \(file.name): \(checker.closest)")
    }
  }

  func report() {
    let total = passed.count + failed.count
    print("golden: checked \(passed.count) of \(total) files (\(kinds.joined(separator: ", ")))")
    for name in failed { print("golden: not checked: \(name)") }
    if total == 0, Golden.isDefaultFolder, let folder = Golden.folder {
      Issue.record("golden: no file of kind \(kinds.joined(separator: ", ")) below \(folder.path)")
    } else if total == 0 {
      print("golden: the fixtures have no file of these kinds; SLUICE_GOLDEN names a folder that has more")
    }
  }
}
