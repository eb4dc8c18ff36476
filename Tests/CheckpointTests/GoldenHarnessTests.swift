import Foundation
import SluiceCheckpoints
import TestSupport
import Testing

@Suite struct GoldenHarnessTests {
  private func rule(_ json: String) throws -> ToleranceRule {
    try ToleranceRule(try JSONValue(json: json), file: "test")
  }

  private func passes(_ json: String, _ own: [Double], _ stored: [Double]) throws -> Bool {
    try rule(json).judge(own: own, stored: stored).failure == nil
  }

  @Test func relativeLimitsAreOfTheLargestStoredValue() throws {
    let json = #"{"keys": "*", "measure": "relmax", "limit": 0.01}"#
    #expect(try passes(json, [100, 0.9], [100, 0]))
    #expect(try !passes(json, [100, 1.1], [100, 0]))
    #expect(try passes(json, [1e-7], [0]))
    #expect(try !passes(json, [1e-5], [0]))
  }

  @Test func elementwiseLimitsPlusAndZerosAreRespected() throws {
    let json = #"{"keys": "*", "measure": "relmax", "limit": 0.01, "per": "element", "plus": 0.5}"#
    #expect(try passes(json, [101.4, 0.4], [100, 0]))
    #expect(try !passes(json, [100, 0.6], [100, 0]))
    let zeros = #"{"keys": "*", "measure": "relmax", "limit": 0.01, "zeros": 1e-3}"#
    #expect(try passes(zeros, [100, 9e-4], [100, 0]))
    #expect(try !passes(zeros, [100, 2e-3], [100, 0]))
  }

  @Test func exactLevelsAndFractionsAreRespected() throws {
    #expect(try passes(#"{"keys": "*", "measure": "exact", "limit": 0}"#, [1, .nan], [1, .nan]))
    #expect(try !passes(#"{"keys": "*", "measure": "exact", "limit": 0}"#, [1.0000001], [1]))
    let levels = #"{"keys": "*", "measure": "levels", "limit": 1, "fraction": 0.25}"#
    #expect(try passes(levels, [1, 2, 3, 5], [1, 2, 3, 4]))
    #expect(try !passes(levels, [1, 2, 4, 5], [1, 2, 3, 4]))
    #expect(try !passes(levels, [1, 2, 3, 6], [1, 2, 3, 4]))
  }

  @Test func notANumberAndWrongCountsNeverPass() throws {
    let json = #"{"keys": "*", "measure": "abs", "limit": 1000}"#
    #expect(try !passes(json, [.nan], [1]))
    #expect(try !passes(json, [1], [.nan]))
    #expect(try !passes(json, [.infinity], [1]))
    #expect(try passes(json, [.infinity], [.infinity]))
    #expect(try !passes(json, [1, 2], [1]))
  }

  @Test(arguments: [
    ("output.loss*", "output.loss", true), ("output.*", "output.a.b", true), ("*.weight", "grad.a.weight", true),
    ("*.weight", "grad.a.weights", false), ("a*b*c", "a12b3c", true), ("a*b*c", "a12c", false), ("x", "x", true),
  ])
  func rulesAreChosenByWildcard(_ pattern: String, _ key: String, _ expected: Bool) throws {
    #expect(try rule(#"{"keys": "\#(pattern)", "measure": "exact"}"#).matches(key) == expected)
  }

  @Test func unknownMembersOfRulesAreRefused() {
    #expect(throws: GoldenError.self) { try rule(#"{"keys": "*", "measure": "exact", "loose": 1}"#) }
    #expect(throws: GoldenError.self) { try rule(#"{"keys": "*", "measure": "roughly"}"#) }
  }

  @Test func everyGoldenFileAcceptsItselfAndRefusesWhatIsMissing() throws {
    var count = 0
    for kind in try Golden.kinds().keys {
      for file in try Golden.files(ofKinds: [kind]) {
        count += 1
        let results = file.keys.filter { $0.hasPrefix("output.") || $0.hasPrefix("grad.") }
        let checker = GoldenChecker(file)
        for key in results.dropLast() { try checker(key, try file.doubles(key), shape: try file.shape(key)) }
        #expect(checker.finish() == results.suffix(1).map { "\($0): was not checked" }, "\(file)")
        if let last = results.last { try checker(last, try file.doubles(last)) }
        #expect(checker.finish() == [], "\(file)")
      }
    }
    #expect(count >= 30)
  }

  @Test func vanishingGradientsAreJudgedAgainstTheLargest() throws {
    let file = try #require(try Golden.files(ofKinds: ["maskfeat.mvit_pretrain"]).first)
    let gradients = try file.names(under: "grad.").map { ("grad." + $0, try file.doubles("grad." + $0)) }
    let largest = gradients.flatMap(\.1).reduce(0) { max($0, $1.magnitude) }
    let vanishing = try #require(gradients.first { $0.1.allSatisfy { $0.magnitude < 1e-6 * largest } })
    let accepted = GoldenChecker(file)
    try accepted(vanishing.0, vanishing.1.map { $0 + 0.9e-6 * largest })
    #expect(!accepted.finish().contains { $0.hasPrefix("\(vanishing.0):") })
    let refused = GoldenChecker(file)
    try refused(vanishing.0, vanishing.1.map { $0 + 1.1e-6 * largest })
    #expect(refused.finish().contains { $0.hasPrefix("\(vanishing.0):") })
  }
}
