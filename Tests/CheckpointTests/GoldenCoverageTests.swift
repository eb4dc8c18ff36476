import Foundation
import TestSupport
import Testing

@Suite struct GoldenCoverageTests {
  /// Kinds whose parts are not built yet.
  ///
  /// A kind is taken off this list with the test that checks it.
  private static let notBuiltYet: Set<String> = []

  @Test func everyKindOfGoldenFileHasATest() throws {
    let kinds = try Golden.kinds()
    let folder = Golden.packageRoot.appendingPathComponent("Tests").resolvingSymlinksInPath()
    let sources = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".swift") }
    var tested: Set<String> = []
    for name in sources where !name.hasSuffix("GoldenCoverageTests.swift") {
      let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
      for kind in kinds.keys where text.contains("\"\(kind)\"") { tested.insert(kind) }
    }
    let untested = Set(kinds.keys).subtracting(tested)
    for kind in untested.sorted() {
      print("golden: not checked, no test reads \(kind): \((kinds[kind] ?? []).sorted().joined(separator: ", "))")
    }
    #expect(untested.subtracting(Self.notBuiltYet) == [])
    for kind in tested.intersection(Self.notBuiltYet).sorted() {
      print("golden: \(kind) is tested now: take it off the list")
    }
  }
}
