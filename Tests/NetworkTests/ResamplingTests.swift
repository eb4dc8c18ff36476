import SluiceCheckpoints
import SluiceNN
import SluiceTensor
import TestSupport
import Testing

/// Tables of positions for other grids.
@Suite struct ResamplingTests {
  @Test func classTablesOfCLIPAreResizedAsTheReferenceDoes() throws {
    let files = try Golden.files(ofKinds: ["clip.pos_embed_interpolation"])
    for file in files {
      for name in file.names(under: "input.") where name.hasSuffix(".grids") {
        let index = name.prefix { $0 != "." }
        let grids = try file.ints("input.\(name)")
        let shape = try file.shape("input.\(index).positional_embedding")
        let table = Tensor(try file.floats("input.\(index).positional_embedding"), shape: [1, shape[0], shape[1]])
        let wanted = try file.floats("output.\(index).bicubic")
        let fit = ShapeFit.grid(leading: 1, rows: grids[2], columns: grids[3])
        let resized = try fitted(table, fit, to: [1, 1 + grids[2] * grids[3], shape[1]])
        let largest = wanted.map(abs).max() ?? 0
        let worst = zip(resized.floats, wanted).map { abs($0 - $1) }.max() ?? .infinity
        #expect(resized.count == wanted.count && worst <= 1e-5 * largest, "\(index): \(worst) of \(largest)")
      }
    }
    #expect(!files.isEmpty || Golden.folder == nil)
  }

  /// What a model gets of a table under a layout with one fit.
  private func fitted(_ table: Tensor, _ fit: ShapeFit, to shape: Shape) throws -> Tensor {
    let store = ParameterStore()
    _ = ParameterScope(store).weight("table", shape, .zeros)
    try withTemporaryFolder { folder in
      try SafetensorsFile.write(["table": table], to: folder + "/t.safetensors")
      try PublishedWeights(opening: folder + "/t.safetensors").load(
        into: store, layouts: [KeyMap("t", "", [.fit("table", fit)])], resizingPositions: true)
    }
    return try #require(store["table"]).value
  }

  @Test func linesAreResampledAlongAnyAxis() {
    let tensor = Tensor((0..<12).map { Float($0) }, shape: [2, 3, 2])
    let up = Resampling.linear(from: 3, to: 6)(tensor, axis: 1)
    #expect(up.shape == [2, 6, 2])
    #expect(Array(up.floats.prefix(12)) == [0, 1, 0.5, 1.5, 1.5, 2.5, 2.5, 3.5, 3.5, 4.5, 4, 5])
    #expect(Resampling.linear(from: 3, to: 3)(tensor, axis: 1).floats == tensor.floats)
    #expect(Resampling.cubic(from: 3, to: 3)(tensor, axis: 1).floats == tensor.floats)
    // A product with the matrix gives the same.
    let rows = Tensor((0..<6).map { Float($0 * $0) }, shape: [3, 2])
    for resampling in [Resampling.linear(from: 3, to: 5), .cubic(from: 3, to: 5)] {
      let product = resampling.matrix.matmul(rows).floats
      #expect(zip(product, resampling(rows, axis: 0).floats).allSatisfy { abs($0 - $1) < 1e-5 })
    }
  }

  @Test func tablesThatAreNoSquareOrOfOtherWidthDoNotFit() throws {
    for (stored, wanted, fit) in [
      ([1, 6, 2], [1, 17, 2], ShapeFit.grid(leading: 1, rows: 4, columns: 4)),
      ([1, 10, 2], [1, 17, 3], .grid(leading: 1, rows: 4, columns: 4)),
      ([1, 10, 2], [1, 12, 2], .grid(leading: 1, rows: 4, columns: 4)),
      ([2, 4, 2], [2, 6, 2], .line()), ([1, 1, 2], [1, 6, 2], .line(leading: 1)),
      ([4, 2], [7, 2], .distances), ([5, 2], [7, 3], .distances), ([2, 3, 2, 4, 4], [2, 3, 4, 4, 5], .filterLength),
    ] {
      let error = #expect(throws: CheckpointError.self) { try fitted(.zeros(Shape(stored)), fit, to: Shape(wanted)) }
      #expect(error?.description.contains("the checkpoint has \(Shape(stored)), the model \(Shape(wanted))") == true)
    }
  }
}
