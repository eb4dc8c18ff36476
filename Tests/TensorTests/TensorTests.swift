import SluiceTensor
import Testing

@Suite struct TensorTests {
  @Test func createdTensorsHoldTheirElementsInRowMajorOrder() {
    let tensor = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
    #expect(tensor.floats == [1, 2, 3, 4, 5, 6])
    #expect(tensor.withFloats { $0[4] } == 5)
    #expect(Tensor.full([2, 2], 7).floats == [7, 7, 7, 7])
    let filled = Tensor([3]) { span in
      for index in span.indices { span[index] += Float(index) }
    }
    #expect(filled.floats == [0, 1, 2])
    #expect(Tensor(2.5).scalar == 2.5)
  }

  @Test func shapesPrintAndCount() {
    let shape: Shape = [2, 196, 768]
    #expect("\(shape)" == "[2, 196, 768]")
    #expect(shape.count == 301_056)
    #expect(shape[-1] == 768)
    #expect(throws: ShapeError("blocks.0", [shape, [3]], "the first was found, the second is wanted")) {
      try shape.check(is: [3], in: "blocks.0")
    }
  }

  @Test func reshapingSharesTheElements() {
    let tensor = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
    #expect(tensor.reshaped(3, -1).shape == [3, 2])
    #expect(tensor.reshaped(-1).floats == tensor.floats)
  }

  @Test func parametersChangeInPlaceAndKeepTheirShape() throws {
    let parameter = Parameter("bias", .zeros([3]))
    parameter.update { $0[1] = 4 }
    #expect(parameter.value.floats == [0, 4, 0])
    try parameter.assign(Tensor([1, 2, 3], shape: [3]))
    #expect(parameter.value.floats == [1, 2, 3])
    #expect(throws: ShapeError.self) { try parameter.assign(.zeros([4])) }
  }

  @Test func gradientsReachTrainableParametersAndAddUp() {
    let parameter = Parameter("weight", Tensor([1, 2], shape: [2]))
    parameter.value.reshaped(1, 2).backward(from: Tensor([3, 4], shape: [1, 2]))
    #expect(parameter.gradient?.floats == [3, 4])
    parameter.value.reshaped(2, 1).backward(from: Tensor([1, 1], shape: [2, 1]))
    #expect(parameter.gradient?.floats == [4, 5])
    parameter.gradient = nil
    parameter.isFrozen = true
    #expect(!parameter.value.requiresGradient)
    parameter.isFrozen = false
    #expect(!withoutGradients { parameter.value.reshaped(1, 2) }.requiresGradient)
  }

  @Test func memoryOfTensorsThatAreGoneIsUsedAgain() {
    let cache = StorageCache()
    for round in 0..<3 {
      // One small block, and one segment that holds both large ones.
      let blocks = [100, 4 << 20, 5_000_000].map { Storage(byteCount: $0, cache: cache) }
      #expect(cache.statistics.systemAllocationCount == 2, "round \(round)")
      #expect(blocks.allSatisfy { UInt(bitPattern: $0.bytes) % 64 == 0 })
      #expect(cache.statistics.liveByteCount == blocks.reduce(0) { $0 + $1.byteCount })
    }
    withExtendedLifetime(Storage(byteCount: 60 << 20, cache: cache)) {
      #expect(cache.statistics.systemAllocationCount == 2)
    }
    withExtendedLifetime(Storage(byteCount: 100 << 20, cache: cache)) {
      #expect(cache.statistics.systemAllocationCount == 3)
    }
    #expect(cache.statistics.liveByteCount == 0)
    cache.trim()
    #expect(cache.statistics.cachedByteCount == 0)
  }
}
