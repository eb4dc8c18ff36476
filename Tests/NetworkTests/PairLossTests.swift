import Foundation
import SluiceLoss
import SluiceNN
import SluicePlatform
import SluiceSamples
import SluiceTensor
import TestSupport
import Testing

/// The loss of videos and the names of their classes beside plain loops, the reference and central differences.
@Suite struct PairLossTests {
  @Test func lossesMatchTheReference() throws {
    try Golden.each("bike.losses") { file, check in
      let sharpness = try #require(file.config["target_scale"].double)
      let temperature = Float(try #require(file.config["ds_temperature"].double))
      for number in (try #require(file.config["labels"].array)).indices {
        let labels = try file.ints("input.\(number).labels")
        for kind in PairLoss.Kind.allCases {
          let pairs = PairLoss(kind, sharpness: sharpness, dualTemperature: temperature)
          let logits = Parameter("logits", try file.tensor("input.\(number).logits"))
          let name = "output.\(number).\(kind.rawValue)"
          let target = pairs.targets(labels)
          try check("output.\(number).gt", PairLoss.same(labels), shape: target.shape.dimensions)
          try check.tensor("output.\(number).soft_targets", target)
          try check("\(name).rows", pairs.divergence(logits.value, target).scalar)
          try check("\(name).cols", pairs.divergence(logits.value.permuted(1, 0), target).scalar)
          let loss = try pairs(logits.value, labels: labels)
          try check("\(name).loss", loss.scalar)
          loss.backward()
          try check.tensor("grad.\(number).\(kind.rawValue).logits", try #require(logits.gradient))
        }
      }
    }
  }

  private func numbers(_ count: Int, _ scale: Double, _ name: String = "logits") -> [Double] {
    var random = KeyedRandom(seed: 3, epoch: 0, sample: count, stage: name)
    return (0..<count).map { _ in random.uniform(-scale, scale) }
  }

  /// The definition in plain loops.
  private func oracle(_ kind: PairLoss.Kind, _ logits: [[Double]], _ labels: [Int]) -> Double {
    let count = labels.count
    func one(_ scores: [[Double]]) -> Double {
      var used = scores
      if kind == .ds {
        for column in 0..<count {
          let powers = (0..<count).map { exp(scores[$0][column] / 1000) }
          for row in 0..<count { used[row][column] *= powers[row] / powers.reduce(0, +) * Double(count) }
        }
      }
      var sum = 0.0
      for row in 0..<count {
        let wanted = labels.map { label -> Double in exp(label == labels[row] ? 10 : 0) }
        let (all, found) = (wanted.reduce(0, +), used[row].reduce(0) { $0 + exp($1) })
        for column in 0..<count {
          let share = wanted[column] / all
          sum += share * (log(share) - log(exp(used[row][column]) / found)) / Double(count * count)
        }
      }
      // The mean over all pairs times their number's root.
      return sum * Double(count)
    }
    let turned = (0..<count).map { column in logits.map { $0[column] } }
    return (one(logits) + one(turned)) / 2
  }

  @Test(arguments: PairLoss.Kind.allCases, [[0], [1, 1], [0, 1, 2, 0], [3, 3, 3, 3, 3], [4, 0, 4, 1, 0, 4, 7]])
  func lossAndGradientEqualTheirDefinition(_ kind: PairLoss.Kind, _ labels: [Int]) throws {
    let count = labels.count
    var rows = (0..<count).map { row in Array(numbers(count * count, 6)[row * count..<(row + 1) * count]) }
    let logits = Parameter("logits", Tensor(rows.joined().map { Float($0) }, shape: [count, count]))
    rows = (0..<count).map { row in logits.value.floats[row * count..<(row + 1) * count].map(Double.init) }
    let loss = try PairLoss(kind)(logits.value, labels: labels)
    let wanted = oracle(kind, rows, labels)
    #expect(abs(Double(loss.scalar) - wanted) <= 2e-6 * max(1, wanted))
    loss.backward()
    let found = try #require(logits.gradient).floats
    let scale = max(found.reduce(0) { max($0, abs($1)) }, 1e-6)
    for index in 0..<count * count {
      let (row, column) = (index / count, index % count)
      let (own, step) = (rows[row][column], 1e-5)
      rows[row][column] = own + step
      let high = oracle(kind, rows, labels)
      rows[row][column] = own - step
      let low = oracle(kind, rows, labels)
      rows[row][column] = own
      #expect(abs(Double(found[index]) - (high - low) / (2 * step)) < 2e-5 * Double(scale) + 1e-8)
    }
  }

  @Test func scoresOfOtherPairsAreRefused() throws {
    for shape in [Shape([2, 3]), [3, 3], [2, 2, 1], [4]] {
      #expect(throws: ShapeError.self) { try PairLoss()(.zeros(shape), labels: [0, 1]) }
    }
    #expect(
      sentence { _ = try PairLoss()(.zeros([0, 0]), labels: []) }
        == "pair loss: [0, 0]: a batch without samples has no loss")
  }

  @Test func accuracyIsComparedWithTheClassThatABatchHasMostOf() throws {
    // Rows fit a class of their own, another one, and one that several columns have.
    let scores: [Float] = [
      5, 0, 0, 5,
      9, 1, 0, 9,
      0, 0, 7, 0,
      0, 8, 0, 0,
    ]
    let batch = SentenceBatch(ids: [1, 2, 3, 4], labels: [6, 2, 9, 6])
    let terms = try PairObjective<SentenceBatch>().loss(
      of: PairScores(logits: Tensor(scores, shape: [4, 4])), for: batch)
    #expect(terms.terms.count == 1 && terms.terms[0].name == "loss")
    #expect(terms.metrics == ["pair_acc": 0.5])
    // Whichever class it is, the most frequent one of a batch is one answer.
    #expect(terms.answers == ["pair_acc": [0: 2, 1: 1, 2: 1]])
    let clips = LabeledBatch(clips: .zeros([4, 1]), labels: batch.labels)
    let same = try PairObjective<LabeledBatch>().loss(
      of: PairScores(logits: Tensor(scores, shape: [4, 4])), for: clips)
    #expect(same.terms[0].value.scalar == terms.terms[0].value.scalar)
  }
}
