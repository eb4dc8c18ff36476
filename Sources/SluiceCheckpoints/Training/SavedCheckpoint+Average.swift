internal import SluiceNN

extension SavedCheckpoint {
  /// Whether a running average of the parameters is there too; the optimizer keeps it.
  public var hasAverage: Bool {
    let file = try? SafetensorsFile(path: "\(path)/\(CheckpointFile.optimizer)")
    return file?.tensors.contains { $0.name.hasPrefix(AveragedWeights.prefix) } ?? false
  }

  /// The parameters' running average, compared with its checksum; frozen parameters are their own.
  ///
  /// - Throws: ``CheckpointError`` when the run kept none, or it is not what was written.
  public func averagedParameters() throws(CheckpointError) -> any TensorSource {
    guard hasAverage else {
      throw CheckpointError(
        .absent, file: path,
        "holds no averaged weights (ema): its run kept none (optimize.average is 0). Read those that training stepped, "
          + "with --weights raw, or train with --set optimize.average=0.9999")
    }
    try verify(CheckpointFile.optimizer)
    return AveragedParameters(
      parameters: try parameters(),
      averages: try SafetensorsFile(path: "\(path)/\(CheckpointFile.optimizer)"))
  }
}

/// The parameters of a checkpoint, each with its average's values where there is one.
private struct AveragedParameters: TensorSource {
  let parameters: SafetensorsFile
  let averages: SafetensorsFile

  var path: String { averages.path }
  var tensors: [TensorInfo] { parameters.tensors.map { self[$0.name] ?? $0 } }

  subscript(name: String) -> TensorInfo? {
    average(of: name).map { TensorInfo(name: name, type: $0.type, shape: $0.shape) } ?? parameters[name]
  }

  func withBytes<Result>(
    of tensor: TensorInfo, _ body: (RawSpan) throws(CheckpointError) -> Result
  ) throws(CheckpointError) -> Result {
    guard let average = average(of: tensor.name) else { return try parameters.withBytes(of: tensor, body) }
    return try averages.withBytes(of: average, body)
  }

  private func average(of name: String) -> TensorInfo? { averages[AveragedWeights.prefix + name] }
}
