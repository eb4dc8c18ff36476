import SluiceAugment
import SluiceFlow
import SluiceForward
import SluiceLoss
import SluiceMask
import SluiceSamples
import SluiceTensor
import SluiceTokenize
import SluiceTraining
import Testing

/// Batches whose clips are written where they are read.
@Suite struct InPlaceBatchTests {
  private static let (frames, size) = (4, 32)

  private struct Noise: Source {
    let count: Int
    var broken: Set<Int> = []

    func element(at index: Int, context: ElementContext) throws -> DecodedClip {
      if broken.contains(index) { throw AugmentStandInError() }
      // Clips of odd numbers are too small for the crop where that is asked for.
      return labeled(decodedClip(noise(frames * 3 * 40 * 48, seed: UInt64(index + 1)), height: 40, width: 48), index)
    }

    private func labeled(_ clip: DecodedClip, _ label: Int) -> DecodedClip {
      DecodedClip(handle: ClipHandle(frames: clip.handle.frames, labels: [label]), frames: clip.frames)
    }
  }

  private struct AugmentStandInError: Error {}

  /// Refuses some labels behind the augmentation.
  private struct Refuse: Stage {
    let labels: Set<Int>

    func callAsFunction(_ clip: Clip, context: ElementContext) throws -> Clip {
      if labels.contains(clip.labels[0]) { throw AugmentStandInError() }
      return clip
    }
  }

  private func pipeline(
    count: Int = 23, broken: Set<Int> = [], refused: Set<Int> = [], batch: Int, workers: Int, repeats: Int = 1
  ) -> Pipeline<(samples: [LabeledClip], batch: LabeledBatch)> {
    Pipeline("batches") {
      Noise(count: count, broken: broken).shuffled()
      if repeats > 1 { Repeat<DecodedClip>(repeats) }
      Augment(.resizedCrop(Self.size), .flip, keepsPixels: false).workers(workers).buffer(3)
      Refuse(labels: refused).workers(workers)
      SingleLabel(classCount: count)
        .batch(batch)
        .map { samples -> (samples: [LabeledClip], batch: LabeledBatch) in
          (samples: samples, batch: try Collate<LabeledClip, LabeledBatch>.stacked(samples))
        }
    }
  }

  private func expectWhole(_ batch: LabeledBatch, of samples: [LabeledClip]) {
    #expect(batch.labels == samples.map(\.label))
    #expect(batch.clips.floats == samples.flatMap(\.clip.values.floats))
  }

  @Test(arguments: [1, 2, 5, 8], [1, 3]) func nothingIsCopied(batch: Int, workers: Int) async throws {
    for repeats in [1, 2] {
      var copied = 0
      for try await (samples, stacked) in pipeline(batch: batch, workers: workers, repeats: repeats).run(
        RunOptions(epochs: 3))
      {
        expectWhole(stacked, of: samples)
        if !stacked.clips.sharesMemory(with: samples[0].clip.values) { copied += 1 }
      }
      #expect(copied == 0)
    }
  }

  @Test(arguments: [2, 5], [1, 3]) func aFailureCostsACopyOfFewBatches(batch: Int, workers: Int) async throws {
    let pipeline = pipeline(broken: [3], refused: [7, 15], batch: batch, workers: workers)
    var (batches, copied) = (0, 0)
    for try await (samples, stacked) in pipeline.run(RunOptions(epochs: 10, maxFailures: nil)) {
      expectWhole(stacked, of: samples)
      batches += 1
      if !stacked.clips.sharesMemory(with: samples[0].clip.values) { copied += 1 }
    }
    // Two clips fail behind the augmentation in each epoch.
    #expect(copied >= 1 && copied <= min(batches, 20 * (2 + (2 * workers + 6) / batch)))
  }

  @Test func theLastBatchOfAPassIsShorterAndAResumedRunIsTheSame() async throws {
    var outputs: [LabeledBatch] = []
    for try await (samples, stacked) in pipeline(batch: 5, workers: 2).run() {
      expectWhole(stacked, of: samples)
      #expect(stacked.clips.sharesMemory(with: samples[0].clip.values))
      outputs.append(stacked)
    }
    #expect(outputs.map(\.count) == [5, 5, 5, 5, 3])
    var options = RunOptions(epochs: 2)
    var whole: [[Float]] = []
    for try await delivery in pipeline(batch: 4, workers: 2).run(options).deliveries {
      whole.append(delivery.output.batch.clips.floats)
      if whole.count == 3 { options.start = delivery.position }
    }
    var resumed = Array(whole[..<3])
    for try await (_, stacked) in pipeline(batch: 4, workers: 3).run(options) { resumed.append(stacked.clips.floats) }
    #expect(resumed == whole)
  }

  @Test(arguments: [2, 3]) func partsHaveBatchesOfTheirOwn(parts: Int) async throws {
    var options = RunOptions(epochs: 2)
    options.parts = BatchParts(count: parts)
    var count = 0
    for try await (samples, stacked) in pipeline(batch: 3, workers: 2).run(options) {
      expectWhole(stacked, of: samples)
      #expect(stacked.clips.sharesMemory(with: samples[0].clip.values))
      count += 1
    }
    #expect(count > 0)
  }

  @Test func aBatchThatIsKeptStaysAsItIs() async throws {
    // Two runs of one pipeline at once, one pulled from outside: none writes into what another holds.
    let pipeline = pipeline(batch: 4, workers: 2)
    let drivers = try (0..<2).map { try pipeline.driver(RunOptions(seed: UInt64($0), epochs: 2)) }
    var held: [(LabeledBatch, [Float])] = []
    for _ in 0..<5 {
      for driver in drivers {
        let delivery = try await driver.next()
        if let batch = delivery?.output.batch { held.append((batch, batch.clips.floats)) }
      }
    }
    for driver in drivers { await driver.close() }
    #expect(held.count == 10)
    for (batch, floats) in held { #expect(batch.clips.floats == floats) }
  }

  @Test func theMemoryOfABatchIsTakenOnceAndGivenBack() async throws {
    let clip = 3 * Self.frames * Self.size * Self.size * 4
    let cache = StorageCache()
    try await StorageCache.$current.withValue(cache) {
      var most = 0
      // The elements that wait, as the graph has them, and one batch with the consumer.
      let bound = 8 * (pipeline(batch: 8, workers: 1).graph.nodes.reduce(0) { $0 + $1.heldOutputs } + 8) * clip
      for try await (_, stacked) in pipeline(batch: 8, workers: 1).run(RunOptions(epochs: 4)) {
        most = max(most, cache.statistics.liveByteCount)
        #expect(stacked.count == 8)
      }
      #expect(most < bound)
      #expect(cache.statistics.liveByteCount == 0)
    }
  }

  @Test func maskedBatchesAreNotCopiedEither() async throws {
    let pipeline = Pipeline("masked") {
      Noise(count: 9)
      Augment(.resizedCrop(Self.size)).workers(2)
      RandomMask(ratio: 0.5, tubeletSize: 2, patchSize: 8)
      HOGTarget(frames: .firstOfSteps, patchSize: 8)
        .batch(3)
        .map { samples in
          try Tensor.stacked(samples.map(\.masked.clip.values)).sharesMemory(with: samples[0].masked.clip.values)
        }
    }
    var shared: [Bool] = []
    for try await isShared in pipeline.run(RunOptions(epochs: 1)) { shared.append(isShared) }
    #expect(shared == [true, true, true])
  }

  @Test func partsThatDoNotAdjoinAreCopied() throws {
    let room = BatchSlot(batch: 0, index: 0, size: 3).room
    let values = (0..<3).map { index in
      BatchSlot(batch: 0, index: index, size: 3, room: room).tensor([2, 2]) { span in
        for position in 0..<4 { span[position] = Float(index * 4 + position) }
      }
    }
    let whole = (0..<12).map(Float.init)
    #expect(try Tensor.stacked(values).floats == whole)
    #expect(try Tensor.stacked(values).sharesMemory(with: values[0]))
    #expect(try Tensor.stacked(Array(values[1...])).sharesMemory(with: values[1]))
    for order in [[0, 2], [1, 0], [0, 0], [2, 1, 0]] {
      let stacked = try Tensor.stacked(order.map { values[$0] })
      #expect(stacked.floats == order.flatMap { values[$0].floats })
      #expect(!stacked.sharesMemory(with: values[order[0]]))
    }
    // Another shape, or a slot that nobody knows, lies by itself.
    let other = BatchSlot(batch: 0, index: 1, size: 3, room: room).tensor([4]) { $0[0] = 1 }
    #expect(other.floats == [1, 0, 0, 0] && values[1].floats == [4, 5, 6, 7])
    #expect(try Tensor.stacked([values[0], Tensor([0, 0, 0, 0], shape: [2, 2])]).floats == [0, 1, 2, 3, 0, 0, 0, 0])
  }
}

extension Collate where Sample == LabeledClip, Batch == LabeledBatch {
  /// What the stage makes of samples.
  fileprivate static func stacked(_ samples: [LabeledClip]) throws -> LabeledBatch {
    try Collate()(samples, context: .sample(0))
  }
}

extension Tensor {
  /// Whether both begin at the same address.
  fileprivate func sharesMemory(with other: Tensor) -> Bool {
    withFloats { own in
      other.withFloats { others in
        unsafe own.withUnsafeBufferPointer { a in
          unsafe others.withUnsafeBufferPointer { b in
            unsafe a.baseAddress == b.baseAddress
          }
        }
      }
    }
  }
}
