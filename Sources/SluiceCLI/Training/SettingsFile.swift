internal import ArgumentParser
internal import Foundation
internal import SluiceCheckpoints
internal import SluicePlatform
internal import SluiceTraining
internal import Yams

/// Settings as YAML: groups with their fields.
///
/// ```yaml
/// model:
///   depth: 4
/// recipe:
///   flip: 0
/// ```
enum SettingsFile {
  /// The settings in the file at `path`, by name.
  /// - Throws: ``RunError`` that names file and line, or the entry that is no setting.
  static func settings(at path: String) throws -> [String: String] {
    let bytes: [UInt8]
    do { bytes = try readFile(path) } catch {
      throw RunError(.configuration, "\(path): the configuration \(error.reason). Check the path of --config.")
    }
    guard let text = String(bytes: bytes, encoding: .utf8) else {
      throw RunError(.configuration, "\(path): the configuration is not UTF-8 text.")
    }
    let root: Node?
    do { root = try Yams.compose(yaml: text) } catch {
      throw RunError(.configuration, "\(path): this is no YAML: \(error)")
    }
    guard let root else { return [:] }
    guard let groups = root.mapping else { throw problem(root, in: path, "groups of settings are wanted, as “model:”") }
    var settings: [String: String] = [:]
    for (group, fields) in groups {
      guard let name = group.scalar?.string, let members = fields.mapping else {
        throw problem(
          group, in: path, "“\(group.scalar?.string ?? "")” is no group of settings, as “model:” with its fields")
      }
      for (field, value) in members {
        guard let fieldName = field.scalar?.string, let scalar = value.scalar else {
          throw problem(value, in: path, "“\(name).\(field.scalar?.string ?? "")” has no single value")
        }
        guard settings.updateValue(scalar.string, forKey: "\(name).\(fieldName)") == nil else {
          throw problem(field, in: path, "“\(name).\(fieldName)” is there twice")
        }
      }
    }
    return settings
  }

  private static func problem(_ node: Node, in path: String, _ reason: String) -> RunError {
    RunError(.configuration, "\(path)\(node.mark.map { ":\($0.line)" } ?? ""): \(reason).")
  }

  /// A file of these settings, groups in the order in which they are met.
  static func text(of settings: [(name: String, value: String)]) -> String {
    grouped(settings).map { group, fields in
      ([group + ":"] + fields.map { "  \($0.name): \(scalar($0.value))" }).joined(separator: "\n")
    }.joined(separator: "\n")
  }

  /// The settings as a JSON object of groups.
  static func json(of settings: [(name: String, value: String)]) throws -> String {
    let groups = grouped(settings).map { group, fields in
      (group, JSONValue.object(Dictionary(fields.map { ($0.name, .string($0.value)) }, uniquingKeysWith: { $1 })))
    }
    return try JSONValue.object(Dictionary(groups, uniquingKeysWith: { $1 })).json(pretty: true)
  }

  private static func grouped(
    _ settings: [(name: String, value: String)]
  ) -> [(group: String, fields: [(name: String, value: String)])] {
    var groups: [(group: String, fields: [(name: String, value: String)])] = []
    for (name, value) in settings {
      let group = String(name.prefix { $0 != "." })
      let field = (name: String(name.dropFirst(group.count + 1)), value: value)
      if let index = groups.firstIndex(where: { $0.group == group }) {
        groups[index].fields.append(field)
      } else {
        groups.append((group, [field]))
      }
    }
    return groups
  }

  /// A value as YAML reads it back: quoted where it is not plain.
  private static func scalar(_ value: String) -> String {
    let isPlain = value.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-+%".contains($0)) }
    return isPlain && !value.isEmpty ? value : "'" + value.replacing("'", with: "''") + "'"
  }
}
