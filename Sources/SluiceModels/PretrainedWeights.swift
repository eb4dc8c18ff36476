public import SluiceNN
public import SluiceTensor

extension Classifier {
  /// Takes from a checkpoint what this network has too; a head for other classes stays as it is.
  /// - Returns: what was taken, what was not there, and what this network has no use for.
  /// - Throws: ``ParameterLoadError`` if another parameter has another shape, or if no name agrees.
  @discardableResult
  public func load(pretrained checkpoint: [String: Tensor]) throws(ParameterLoadError) -> LoadReport {
    var weights = backbone.weights(from: checkpoint)
    var unfit: [String] = []
    for declaration in parameters.declarations where declaration.name.hasPrefix(backbone.headName + ".") {
      if let value = weights[declaration.name], value.shape != declaration.shape {
        weights[declaration.name] = nil
        unfit.append(declaration.name)
      }
    }
    var report = try parameters.load(weights, mode: .present)
    report.missing.removeAll { unfit.contains($0) }
    report.unfit = unfit
    return report
  }
}

extension VideoBackbone {
  /// A checkpoint's weights under this network's names: of the network itself, unless it says otherwise.
  public func weights(from checkpoint: [String: Tensor]) -> [String: Tensor] { checkpoint }
}

extension MViT {
  /// A checkpoint's weights under this network's names.
  ///
  /// Later releases of pytorchvideo store the pools a second time under names of their own; those are used where the
  /// plain ones are absent.
  public func weights(from checkpoint: [String: Tensor]) -> [String: Tensor] {
    // Checkpoints without the head lack what stands in front of the backbone's names.
    let isBare = !checkpoint.keys.contains { $0.hasPrefix("model.") }
    let checkpoint = Dictionary(
      uniqueKeysWithValues: checkpoint.map { name, value in
        (isBare && !name.hasPrefix(headName + ".") ? "model." + name : name, value)
      })
    var weights = checkpoint
    for (name, value) in checkpoint {
      guard let alias = name.firstRange(of: "._attention_pool_") else { continue }
      // What follows is `q.pool.weight` or `q.norm.weight`.
      let parts = name[alias.upperBound...].split(separator: ".")
      guard parts.count == 3 else { continue }
      weights[name] = nil
      let plain = "\(name[..<alias.lowerBound]).\(parts[1])_\(parts[0]).\(parts[2])"
      if checkpoint[plain] == nil { weights[plain] = value }
    }
    return weights
  }
}

extension TimeSformer {
  /// A checkpoint's weights under this network's names.
  public func weights(from checkpoint: [String: Tensor]) -> [String: Tensor] {
    SpaceTimeWeights(for: configuration).imported(from: checkpoint)
  }
}

extension ViViT {
  /// A checkpoint's weights under this network's names.
  public func weights(from checkpoint: [String: Tensor]) -> [String: Tensor] {
    SpaceTimeWeights(for: configuration).imported(from: checkpoint)
  }
}

extension VideoViT {
  /// A checkpoint's weights under this network's names: the encoder of a ``VideoMAE``, or a classifier's own.
  public func weights(from checkpoint: [String: Tensor]) -> [String: Tensor] {
    var weights: [String: Tensor] = [:]
    for (name, value) in checkpoint {
      let prefix = ["encoder.", "backbone."].first { name.hasPrefix($0) }
      weights[String(name.dropFirst(prefix?.count ?? 0))] = value
    }
    return weights
  }
}
