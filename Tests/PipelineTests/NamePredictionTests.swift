import Foundation
import SluiceMedia
import SluicePipelines
import SluiceTraining
import TestSupport
import Testing

/// Shares of names and weights of frames, beside loops that make them again.
@Suite struct NamePredictionTests {
  private static let names = ["left", "right", "up", "down"]
  private static let side = 16

  /// Twelve frames of one color each.
  private func writeVideo(to path: String) throws {
    var writer: VideoWriter?
    for number in 0..<12 {
      let color = [UInt8(20 * number), UInt8(250 - 15 * number), UInt8(number * 53 % 256)]
      let frame = VideoFrame(
        width: 24, height: Self.side, layout: .rgb, packed: (0..<24 * Self.side).flatMap { _ in color })
      if writer == nil { writer = try VideoWriter(path: path, like: frame, encoding: .h264(quality: 0)) }
      try writer?.append(frame)
    }
    try writer?.finish()
  }

  private func prediction(_ network: KnownFrameNetwork = KnownFrameNetwork()) throws -> NamePrediction {
    try NamePrediction(try #require(FrameComparison(network.classifier)), names: Self.names)
  }

  /// A square of a strip.
  private func cell(_ strip: Image, row: Int, column: Int, height: Int) -> [UInt8] {
    // The frames are the first row; the others have a bar of eight pixels below each.
    let top = row == 0 ? 0 : Self.side + 4 + (row - 1) * (Self.side + 12)
    return (0..<height).flatMap { line -> [UInt8] in
      let start = 3 * ((top + line) * strip.width + column * (Self.side + 4))
      return Array(strip.bytes[start..<start + 3 * Self.side])
    }
  }

  /// The mean color of a frame, as the network reads it.
  private func feature(_ bytes: [UInt8]) -> [Double] {
    let (means, deviations) = ([0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711])
    return (0..<3).map { channel in
      let values = stride(from: channel, to: bytes.count, by: 3).map { Double(bytes[$0]) / 255 }
      return (values.reduce(0, +) / Double(values.count) - means[channel]) / deviations[channel]
    }
  }

  private func softmax(_ values: [Double]) -> [Double] {
    let most = values.max() ?? 0
    let powers = values.map { exp($0 - most) }
    return powers.map { $0 / powers.reduce(0, +) }
  }

  private func near(_ own: [Double], _ other: [Double], _ limit: Double = 2e-3) -> Bool {
    own.count == other.count && zip(own, other).allSatisfy { abs($0 - $1) < limit }
  }

  @Test func sharesAndWeightsAreThoseOfPlainLoops() async throws {
    try await withTemporaryFolder { folder in
      let file = folder + "/colors.mp4"
      try writeVideo(to: file)
      let prediction = try prediction()
      let preview = try #require(SaliencyPreview(prediction))
      let shown = try await preview.shown(of: file, top: 4)
      let strip = shown.strip
      #expect(strip.width == 4 * Self.side + 12 && strip.height == Self.side + 4 * (Self.side + 12))
      let frames = (0..<4).map { feature(cell(strip, row: 0, column: $0, height: Self.side)) }
      let products = KnownFrameNetwork.prompts(of: Self.names).ids.map { Double($0) / 10 }.chunked(by: 3)
        .map { word in frames.map { frame in zip(frame, word).reduce(0) { $0 + $1.0 * $1.1 } } }
      let shares = softmax(products.map { 2 * $0.reduce(0, +) / 4 })
      let order = shares.indices.sorted { shares[$0] > shares[$1] }

      #expect(shown.ranking.frames == [0, 3, 6, 9])
      #expect(shown.ranking.name == file)
      #expect(shown.ranking.classes.map(\.number) == order)
      #expect(shown.ranking.classes.map(\.name) == order.map { Self.names[$0] })
      #expect(near(shown.ranking.classes.map(\.share), order.map { shares[$0] }), "\(shown.ranking) \(shares)")
      for found in shown.ranking.classes {
        let expected = softmax(products[found.number])
        #expect(near(found.saliency, expected), "\(found) \(expected)")
      }
    }
  }

  /// The frame that counts most is as bright as it is, others are darker, and bars say how much less they count.
  @Test func framesAreAsBrightAsTheyCount() async throws {
    try await withTemporaryFolder { folder in
      let file = folder + "/colors.mp4"
      try writeVideo(to: file)
      let prediction = try prediction()
      let preview = try #require(SaliencyPreview(prediction))
      let shown = try await preview.shown(of: file, top: 2)
      #expect(shown.ranking.classes.count == 2 && shown.steps.count == 4)
      for (row, found) in shown.ranking.classes.enumerated() {
        let most = try #require(found.saliency.max())
        for (column, weight) in found.saliency.enumerated() {
          let frame = cell(shown.strip, row: 0, column: column, height: Self.side)
          let lit = cell(shown.strip, row: row + 1, column: column, height: Self.side + 8)
          let light = 0.2 + 0.8 * weight / most
          #expect(Array(lit.prefix(frame.count)) == frame.map { UInt8((Double($0) * light).rounded()) })
          let length = Int((weight / most * Double(Self.side)).rounded())
          let bar = (0..<Self.side).flatMap { $0 < length ? [255, 176, 0] : [48, 48, 48] as [UInt8] }
          #expect(Array(lit.dropFirst(frame.count)) == (0..<8).flatMap { _ in bar })
        }
      }
      // Frame by frame the same, side by side.
      #expect(shown.steps.allSatisfy { $0.width == 3 * Self.side + 8 && $0.height == Self.side + 8 })
    }
  }

  @Test func everyWindowCountsForItself() async throws {
    try await withTemporaryFolder { folder in
      let file = folder + "/colors.mp4"
      try writeVideo(to: file)
      let prediction = try prediction()
      let views = EvaluationViews(windows: 3, crops: .three)
      let found = try #require(try await prediction.rankings(of: [file], top: 4, views: views).first)
      #expect(found.frames == [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11])
      #expect(abs(found.classes.reduce(0) { $0 + $1.share } - 1) < 1e-6)
      for name in found.classes {
        for window in 0..<3 {
          #expect(abs(name.saliency[4 * window..<4 * window + 4].reduce(0, +) - 1) < 1e-5)
        }
      }
      // Frames of one color look alike, wherever they are cut.
      let center = try #require(
        try await prediction.rankings(of: [file], top: 4, views: EvaluationViews(windows: 3)).first)
      for name in found.classes {
        let same = try #require(center.classes.first { $0.number == name.number })
        #expect(near([same.share], [name.share]) && near(same.saliency, name.saliency))
      }
      let two = try await prediction.rankings(of: [file, file], top: 1)
      #expect(two.count == 2 && two.allSatisfy { $0.classes.count == 1 })
    }
  }

  @Test func namesAreThoseThatAreAskedFor() throws {
    let comparison = try #require(FrameComparison(KnownFrameNetwork().classifier))
    #expect(try NamePrediction(comparison).names == Self.names)
    #expect(try NamePrediction(comparison, names: ["a dog", "a cat"]).names == ["a dog", "a cat"])
  }

  @Test func aNetworkThatWeighsNoFramesHasSharesOnly() async throws {
    try await withTemporaryFolder { folder in
      let file = folder + "/colors.mp4"
      try writeVideo(to: file)
      let prediction = try prediction(KnownFrameNetwork(weighsFrames: false))
      #expect(!prediction.weighsFrames && SaliencyPreview(prediction) == nil)
      let found = try #require(try await prediction.rankings(of: [file]).first)
      #expect(found.classes.count == 4 && found.classes.allSatisfy(\.saliency.isEmpty))
    }
  }

  @Test func scoresThatAreNoNumbersAreRefused() async throws {
    try await withTemporaryFolder { folder in
      let file = folder + "/colors.mp4"
      try writeVideo(to: file)
      let prediction = try prediction(KnownFrameNetwork(scale: .nan))
      do {
        _ = try await prediction.rankings(of: [file])
        Issue.record("nothing was thrown")
      } catch {
        #expect(
          "\(error)".contains(
            "colors.mp4: the scores of its frames are no numbers. Look at the run's weights with weights info."),
          "\(error)")
      }
    }
  }
}

extension [Double] {
  /// Pieces of so many elements.
  fileprivate func chunked(by count: Int) -> [[Double]] {
    stride(from: 0, to: self.count, by: count).map { Array(self[$0..<$0 + count]) }
  }
}
