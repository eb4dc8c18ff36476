internal import SluicePlatform
public import SluiceTensor

extension ParameterStore {
  /// Replaces parameters by the values with their names.
  /// - Throws: ``ParameterLoadError`` if a shape differs, if names differ in mode `exact`, or if no name agrees; nothing
  ///   has been changed then.
  @discardableResult
  public func load(_ values: [String: Tensor], mode: LoadMode) throws(ParameterLoadError) -> LoadReport {
    var report = LoadReport()
    var differences: [String] = []
    for declaration in declarations {
      guard let value = values[declaration.name] else {
        report.missing.append(declaration.name)
        continue
      }
      if value.shape != declaration.shape {
        differences.append("\(declaration.name): the checkpoint has \(value.shape), the model \(declaration.shape)")
      }
      report.loaded.append(declaration.name)
    }
    guard differences.isEmpty else {
      let more = differences.count > 3 ? "\nand \(differences.count - 3) more" : ""
      throw ParameterLoadError(
        differences.prefix(3).joined(separator: "\n") + more + "\nConfigure the model as the checkpoint's was")
    }
    let known = Set(report.loaded)
    report.unexpected = values.keys.filter { !known.contains($0) }.sorted()
    if mode == .exact || report.loaded.isEmpty { try report.checkExact() }
    for name in report.loaded {
      guard let parameter = self[name], let value = values[name] else { continue }
      // The shape was checked above.
      do { try parameter.assign(value) } catch { throw ParameterLoadError("\(error)") }
    }
    return report
  }
}

extension LoadReport {
  fileprivate func checkExact() throws(ParameterLoadError) {
    guard !missing.isEmpty || !unexpected.isEmpty else { return }
    // Where most names differ it is another model, and no name is near.
    let near = missing.count <= 4 ? missing.first.flatMap { nearestName(to: $0, among: unexpected) } : nil
    let hint = near.map { "\n\(missing[0]) may be \($0) there." } ?? ""
    throw ParameterLoadError("\(self)\(hint)\nIs the checkpoint of another model?")
  }
}
