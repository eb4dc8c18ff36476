import Foundation
import SluiceNN
import SluicePipelines
import SluiceTensor
import SluiceTraining
import TestSupport
import Testing

/// Checkpoints of BIKE's own training, which a run goes on behind.
@Suite struct BIKECheckpointTests {
  @Test func epochsAndMomentsAreThoseOfTheFile() throws {
    for file in try Golden.files(ofKinds: ["bike.checkpoint_expected"]) {
      let path = file.sibling(try #require(file.config["file"].string)).path
      let checkpoint = try BIKECheckpoint(opening: path)
      #expect(checkpoint.epochs == (file.config["epoch"].int ?? -2) + 1)
      let shape = try file.shape("output.opt.0.exp_avg")
      let name = try #require(
        try file.names(under: "output.model.").first { try file.shape("output.model.\($0)") == shape })
      let store = ParameterStore()
      _ = ParameterScope(store).weight(name, Shape(shape), .zeros)
      let moments = try #require(try checkpoint.moments(of: store.declarations))
      #expect(Set(moments.keys) == ["exp_avg.\(name)", "exp_avg_sq.\(name)", "step.\(name)"])
      #expect(try moments["exp_avg.\(name)"]?.floats == file.floats("output.opt.0.exp_avg"))
      #expect(try moments["exp_avg_sq.\(name)"]?.floats == file.floats("output.opt.0.exp_avg_sq"))
      // An optimizer takes them.
      let optimizer = Optimizer(.adamW(.constant(1e-3)), store: store)
      try optimizer.restore(moments)
      #expect(optimizer.state["exp_avg.\(name)"]?.floats == moments["exp_avg.\(name)"]?.floats)
      // Of a network of other sizes they are not.
      let other = ParameterStore()
      _ = ParameterScope(other).weight(name, Shape(shape + [2]), .zeros)
      #expect(try checkpoint.moments(of: other.declarations)?.count == nil)
    }
  }

  @Test func otherFilesAreRefused() throws {
    let folder = TemporaryFolder()
    let text = try folder.write("no checkpoint", "last_model.pt")
    #expect(throws: RunError.self) { try BIKECheckpoint(opening: text) }
    #expect(throws: RunError.self) { try BIKECheckpoint(opening: folder("missing.pt")) }
  }
}
