internal import SluiceCheckpoints
package import SluiceNN
package import SluiceTensor
internal import SluiceTraining

/// A checkpoint that BIKE's own training wrote: how many epochs are done, and the optimizer's memory.
/// - Source: BIKE, `utils/utils.py`, `epoch_saving`.
package struct BIKECheckpoint: Sendable {
  /// Epochs that are done.
  package let epochs: Int
  private let source: any TensorSource
  private static let state = "optimizer_state_dict/state/"

  /// - Throws: an error that says what of the file is damaged; ``RunError`` if it is no such checkpoint.
  package init(opening path: String) throws {
    let file: PyTorchFile
    do throws(CheckpointError) { file = try PyTorchFile(path: path) } catch {
      throw RunError(.resume, "resume: \(path) is neither a run of Sluice nor a checkpoint of BIKE: \(error)")
    }
    guard let epoch = file.attributes["epoch"]?.int, epoch >= 0,
      file.tensors.contains(where: { $0.name.hasPrefix("model_state_dict/") })
    else {
      throw RunError(
        .resume,
        "resume: \(path) is no checkpoint of BIKE's training: it has no epoch, or no model_state_dict. Begin with it as pretrain."
      )
    }
    epochs = epoch + 1
    source = file
  }

  /// The memory of AdamW, or of Adam, by the names of an optimizer's state.
  ///
  /// The file has numbers in place of names: those of the parameters that learn, the towers' first.
  /// - Parameter parameters: those of the network in its order, without the ones that are frozen.
  /// - Returns: `nil` if shapes show that the numbers are of other parameters, or there is nothing.
  package func moments(of parameters: [ParameterDeclaration]) throws -> [String: Tensor]? {
    var state: [String: Tensor] = [:]
    for info in source.tensors where info.name.hasPrefix(Self.state) && info.name.hasSuffix("/exp_avg") {
      let number = info.name.dropFirst(Self.state.count).dropLast("/exp_avg".count)
      guard let index = Int(number), parameters.indices.contains(index),
        parameters[index].shape.dimensions == info.shape
      else { return nil }
      let (name, shape) = (parameters[index].name, parameters[index].shape)
      for moment in ["exp_avg", "exp_avg_sq"] {
        state["\(moment).\(name)"] = Tensor(try source.floats("\(Self.state)\(number)/\(moment)"), shape: shape)
      }
      state["step.\(name)"] = Tensor(try source.floats("\(Self.state)\(number)/step"), shape: [1])
    }
    return state.isEmpty ? nil : state
  }
}
