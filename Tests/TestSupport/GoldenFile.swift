import Foundation
import SluiceCheckpoints

/// One golden file: what a reference implementation computed, with the configuration it was computed with.
///
/// Keys are `param.NAME`, `input.NAME`, `output.NAME` and `grad.NAME`; numbers of any stored type are read as asked.
public struct GoldenFile: Sendable, CustomStringConvertible {
  /// Folder and name below the golden folder: `maskfeat/hog_32x32.safetensors`.
  public let name: String
  /// Where the file is.
  public let url: URL
  /// The test this file is for: `maskfeat.hog`.
  public let kind: String
  /// Every setting of the test.
  public let config: JSONValue
  /// The stored tensors.
  public let tensors: SafetensorsFile
  let rules: [ToleranceRule]

  public var description: String { name }

  /// Opens a file; `nil` if it has no `kind`.
  init?(name: String, url: URL) throws {
    let tensors = try SafetensorsFile(path: url.path)
    guard let kind = tensors.metadata["kind"] else { return nil }
    self.name = name
    self.url = url
    self.kind = kind
    self.tensors = tensors
    config = try JSONValue(json: tensors.metadata["config"] ?? "{}")
    let rules = try JSONValue(json: tensors.metadata["tolerance"] ?? "[]")
    self.rules = try (rules.array ?? []).map { try ToleranceRule($0, file: name) }
  }

  /// All keys, in the file's order.
  public var keys: [String] { tensors.tensors.map(\.name) }

  /// Whether the file holds `key`; a file may hold only some tensors of its kind.
  public func has(_ key: String) -> Bool { tensors[key] != nil }

  /// The keys that begin with `prefix`, without it: `names(under: "param.")` are the parameter names.
  public func names(under prefix: String) -> [String] {
    keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
  }

  /// The tensor's sizes, outermost first.
  public func shape(_ key: String) throws -> [Int] { try tensors.info(key).shape }
  /// The elements in single precision, row-major.
  public func floats(_ key: String) throws -> [Float] { try tensors.floats(key) }
  /// The elements in double precision, row-major.
  public func doubles(_ key: String) throws -> [Double] { try tensors.doubles(key) }
  /// The elements of an integer tensor, row-major.
  public func ints(_ key: String) throws -> [Int] { try tensors.integers(key) }
  /// The elements of an 8-bit tensor, row-major.
  public func bytes(_ key: String) throws -> [UInt8] { try tensors.bytes(key) }

  /// A file beside this one that its configuration names, such as a list of parameters.
  public func sibling(_ path: String) -> URL { url.deletingLastPathComponent().appendingPathComponent(path) }
}
