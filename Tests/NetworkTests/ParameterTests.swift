import SluiceModels
import SluiceNN
import SluiceTensor
import Testing

@Suite struct ParameterTests {
  @Test func describingAModelAllocatesNothing() throws {
    let before = Tensor.memory.systemAllocationCount
    let model = try MViT(.base, predictionWidth: 216)
    #expect(model.parameters.elementCount == 36_466_488)
    #expect(Tensor.memory.systemAllocationCount - before < 100)
  }

  @Test func presetsHaveThePublishedSizes() throws {
    #expect(try Classifier(TimeSformer(), classCount: 400).parameters.elementCount == 121_566_352)
    #expect(try Classifier(ViViT(), classCount: 400).parameters.elementCount == 115_054_480)
    let demo = try MViT(.demo, predictionWidth: 27)
    #expect(try Classifier(demo, classCount: 8).parameters.elementCount == 201_347)
  }

  @Test func equalSeedsGiveEqualParametersWhateverElseTheModelHas() throws {
    var shallow = MViTConfiguration.demo
    shallow.depth = 2
    let (first, second) = (try MViT(.demo, predictionWidth: 27), try MViT(shallow))
    for model in [first, second] { model.parameters.initialize(seed: 7) }
    for declaration in second.parameters.declarations where !declaration.name.hasPrefix("model.mvit.norm_embed") {
      let values = try #require(first.parameters[declaration.name]).value.floats
      #expect(values == second.parameters[declaration.name]?.value.floats, "\(declaration.name)")
    }
    let other = try MViT(.demo)
    other.parameters.initialize(seed: 8)
    let name = "model.mvit.blocks.0.attn.q.weight"
    #expect(other.parameters[name]?.value.floats != first.parameters[name]?.value.floats)
  }

  @Test(arguments: [(0.02, 2.0), (1.0, 1.0), (0.02, 0.02)])
  func truncatedNormalsHaveTheirMomentsAndBounds(deviation: Double, cut: Double) throws {
    let store = ParameterStore()
    _ = ParameterScope(store).weight("table", [200, 500], .truncatedNormal(deviation, cut: cut))
    store.initialize(seed: 1)
    let values = try #require(store["table"]).value.floats.map(Double.init)
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let measured = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
    // One deviation cut at itself leaves 0.5396 of it.
    let wanted = cut / deviation > 10 ? deviation : 0.5396 * deviation
    #expect(abs(mean) < 0.01 * deviation)
    #expect(abs(measured - wanted) < 0.01 * deviation)
    #expect(values.allSatisfy { abs($0) <= cut })
  }

  @Test func motionFiltersSeeLittleOfLight() throws {
    let model = try MViT(.demo)
    model.parameters.initialize(seed: 3)
    let filters = try #require(model.parameters["model.patch_embed.patch_model.weight"]).value
    let frame = filters.shape[3] * filters.shape[4]
    let values = filters.floats
    for start in stride(from: 0, to: values.count, by: frame) {
      let mean = values[start..<start + frame].reduce(0, +) / Float(frame)
      #expect(abs(mean) < 0.02)
    }
  }

  @Test func loadingSaysWhatIsMissingAndRefusesOtherShapes() throws {
    let store = ParameterStore()
    let scope = ParameterScope(store)["head"]
    _ = scope.weight("weight", [2, 3], .zeros)
    _ = scope.weight("bias", [2], .zeros)
    let report = try store.load(["head.weight": .full([2, 3], 1), "other": .zeros([1])], mode: .present)
    #expect(report.loaded == ["head.weight"] && report.missing == ["head.bias"] && report.unexpected == ["other"])
    #expect(store["head.weight"]?.value.floats == [Float](repeating: 1, count: 6))
    let transposed: [String: Tensor] = ["head.weight": .zeros([3, 2]), "head.bias": .zeros([2])]
    #expect(throws: ParameterLoadError.self) { try store.load(transposed, mode: .exact) }
    #expect(throws: ParameterLoadError.self) { try store.load(["head.weigth": .zeros([2, 3])], mode: .present) }
    #expect(store["head.weight"]?.value.floats.first == 1)
  }

  @Test func contradictoryConfigurationsAreRefusedInWords() throws {
    var odd = MViTConfiguration.base
    odd.imageSize = 100
    #expect(throws: ModelError.self) { try MViT(odd) }
    var headless = MViTConfiguration.base
    headless.headCount = 5
    #expect(throws: ModelError.self) { try MViT(headless) }
    var cut = SpaceTimeConfiguration.vivitBase
    cut.frameCount = 15
    #expect(throws: ModelError.self) { try ViViT(cut) }
    #expect(throws: ModelError.self) { try TimeSformer(.vivitBase) }
    let error = #expect(throws: ModelError.self) { try Classifier(TimeSformer(), classCount: 1) }
    #expect(error?.description.contains("classCount") == true)
  }

  @Test func aLinearProbeTrainsTheHeadAlone() throws {
    let model = try Classifier(MViT(.demo), classCount: 3, training: .linearProbe)
    model.parameters.initialize(seed: 1)
    model.parameters["cls_head.cls_head.weight"]?.update { weights in
      for index in weights.indices { weights[index] = Float(index % 5) - 2 }
    }
    let clips = Tensor.full([2, 3, 8, 48, 48], 0.5)
    let pass = ForwardPass(training: { [Float](repeating: 0, count: $0) })
    try model.logits(of: clips, pass).crossEntropy(labels: [0, 2]).backward()
    for parameter in model.parameters.parameters {
      #expect((parameter.gradient != nil) == parameter.name.hasPrefix("cls_head."), "\(parameter.name)")
    }
    #expect(Optimizer(.sgd(.constant(0.1)), store: model.parameters).groups.flatMap(\.members).count == 2)
  }
}
