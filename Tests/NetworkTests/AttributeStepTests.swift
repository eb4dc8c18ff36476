import Foundation
import SluiceCheckpoints
import SluiceNN
import SluiceTensor
import TestSupport
import Testing

/// The training loop of BIKE's attributes run: two groups, rates that are refreshed now and then, and updates of several
/// batches whose rest goes on into the next epoch.
///
/// The network is not built yet: its frozen text tower and the head's gradients are computed here in double precision.
@Suite struct AttributeStepTests {
  @Test func aRunFollowsTheReference() throws {
    try Golden.each("bike.attribute_steps") { file, check in
      let config = file.config
      func number(_ key: String) throws -> Double { try #require(config[key].double, "\(key)") }
      let tower = try TextTower(file)
      let store = ParameterStore()
      for name in file.names(under: "output.after.") {
        _ = ParameterScope(store).weight(name, Shape(try file.shape("param.\(name)")), .zeros)
      }
      for declaration in store.declarations {
        try #require(store[declaration.name]).assign(
          Tensor(try file.floats("param.\(declaration.name)"), shape: declaration.shape))
      }
      let optimizer = Optimizer(
        .adamW(
          Schedule.fractionalCosine(
            peak: try number("lr"), warmup: .epochs(try number("lr_warmup_step")), start: 0, minimum: 0
          ).refreshed(every: 10),
          weightDecay: .constant(try number("weight_decay")),
          groups: GroupRules([
            GroupRule("model.*", rate: try number("clip_ratio")), GroupRule(.all),
          ])), store: store)
      let (batch, perEpoch) = (Int(try number("batch")), Int(try number("iters_per_epoch")))
      let (accumulation, epochs) = (Int(try number("grad_accumulation_steps")), Int(try number("epochs")))
      let (labels, length) = (try file.ints("input.labels"), Int(try number("context_length")))
      let sentences = try file.ints("input.sentences")
      let classes = try tower.features(file.ints("input.classes"), length: length)
      var (losses, rates): ([Double], [Double]) = ([], [])
      for epoch in try #require(config["run_epochs"].ints) {
        for index in 0..<perEpoch {
          let own = Array(labels[index * batch..<(index + 1) * batch])
          let texts = try tower.features(
            Array(sentences[index * batch * length..<(index + 1) * batch * length]), length: length)
          let head = AttributeHead(store)
          let loss = head.loss(
            texts, own.map { classes[$0] }, own, isDual: config["loss_type"].string == "DS",
            gradientScale: 1 / Double(accumulation))
          losses.append(loss)
          let number = epoch * perEpoch + index
          let progress = TrainingProgress(
            batch: number, of: epochs * perEpoch, epochProgress: Double(number) / Double(perEpoch), of: Double(epochs))
          let rate = optimizer.configuration.schedule.rate(at: progress)
          rates += optimizer.groups.filter { !$0.members.isEmpty }.map { rate * $0.rateFactor }
          // What an epoch leaves stays with the parameters, and goes into the first update of the next one.
          if (index + 1).isMultiple(of: accumulation) { try optimizer.step(at: progress) }
        }
      }
      try check("output.losses", losses)
      try check("output.lrs", rates)
      for declaration in store.declarations {
        try check("output.after.\(declaration.name)", try #require(store[declaration.name]).value.floats)
      }
      let texts = try tower.features(file.ints("input.validation_sentences"), length: length)
      let logits = AttributeHead(store).logits(texts, classes)
      try check("output.validation_prob", logits.flatMap { softmax($0) })
    }
  }
}

private typealias Matrix = [[Double]]

private func softmax(_ row: [Double]) -> [Double] {
  let largest = row.max() ?? 0
  let powers = row.map { exp($0 - largest) }
  let total = powers.reduce(0, +)
  return powers.map { $0 / total }
}

private func dot(_ one: [Double], _ other: [Double]) -> Double {
  var sum = 0.0
  for index in one.indices { sum += one[index] * other[index] }
  return sum
}

private func transposed(_ matrix: Matrix) -> Matrix {
  (matrix.first ?? []).indices.map { column in matrix.map { $0[column] } }
}

/// `x · weightᵀ + bias`.
private func linear(_ rows: Matrix, _ weight: Matrix, _ bias: [Double]) -> Matrix {
  rows.map { row in zip(weight, bias).map { dot(row, $0) + $1 } }
}

/// A CLIP text encoder: the normalized feature of each sentence.
/// - Source: Radford et al., "Learning transferable visual models from natural language supervision", 2021.
private struct TextTower {
  private let file: GoldenFile
  private let (layers, heads): (Int, Int)

  init(_ file: GoldenFile) throws {
    self.file = file
    layers = try #require(file.config["transformer_layers"].int)
    heads = try #require(file.config["transformer_heads"].int)
  }

  private func vector(_ name: String) throws -> [Double] { try file.doubles("param.model.\(name)") }

  private func matrix(_ name: String) throws -> Matrix {
    let (values, width) = (try vector(name), try file.shape("param.model.\(name)")[1])
    return stride(from: 0, to: values.count, by: width).map { Array(values[$0..<$0 + width]) }
  }

  func features(_ tokens: [Int], length: Int) throws -> Matrix {
    try stride(from: 0, to: tokens.count, by: length).map { try feature(Array(tokens[$0..<$0 + length])) }
  }

  private func feature(_ ids: [Int]) throws -> [Double] {
    let (table, positions) = (try matrix("token_embedding.weight"), try matrix("positional_embedding"))
    var rows = zip(ids, positions).map { zip(table[$0], $1).map(+) }
    for layer in 0..<layers {
      let name = "transformer.resblocks.\(layer)."
      let mixed = try attention(norm(rows, name + "ln_1"), name + "attn.")
      rows = zip(rows, mixed).map { zip($0, $1).map(+) }
      let hidden = linear(
        try norm(rows, name + "ln_2"), try matrix(name + "mlp.c_fc.weight"), try vector(name + "mlp.c_fc.bias")
      ).map { $0.map { $0 / (1 + exp(-1.702 * $0)) } }
      let out = linear(hidden, try matrix(name + "mlp.c_proj.weight"), try vector(name + "mlp.c_proj.bias"))
      rows = zip(rows, out).map { zip($0, $1).map(+) }
    }
    let last = try norm(rows, "ln_final")[try #require(ids.indices.max { (ids[$0], -$0) < (ids[$1], -$1) })]
    let feature = transposed(try matrix("text_projection")).map { dot(last, $0) }
    let length = dot(feature, feature).squareRoot()
    return feature.map { $0 / length }
  }

  private func norm(_ rows: Matrix, _ name: String) throws -> Matrix {
    let (weight, bias) = (try vector(name + ".weight"), try vector(name + ".bias"))
    return rows.map { row in
      let mean = row.reduce(0, +) / Double(row.count)
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(row.count)
      let scale = 1 / (variance + 1e-5).squareRoot()
      return row.indices.map { (row[$0] - mean) * scale * weight[$0] + bias[$0] }
    }
  }

  /// Attention of each token to those up to it.
  private func attention(_ rows: Matrix, _ name: String) throws -> Matrix {
    let packed = linear(rows, try matrix(name + "in_proj_weight"), try vector(name + "in_proj_bias"))
    let (width, size) = (rows[0].count, rows[0].count / heads)
    let mixed = rows.indices.map { query in
      (0..<heads).flatMap { head -> [Double] in
        let own = Array(packed[query][head * size..<(head + 1) * size])
        let shares = softmax(
          (0...query).map { key in
            dot(own, Array(packed[key][width + head * size..<width + (head + 1) * size])) / Double(size).squareRoot()
          })
        return (0..<size).map { column in
          (0...query).reduce(0) { $0 + shares[$1] * packed[$1][2 * width + head * size + column] }
        }
      }
    }
    return linear(mixed, try matrix(name + "out_proj.weight"), try vector(name + "out_proj.bias"))
  }
}

/// Two small networks whose normalized outputs are compared, with gradients by hand.
private struct AttributeHead {
  /// What one of them made of its inputs.
  private struct Pass {
    let inputs: Matrix
    let hidden: Matrix
    let lengths: [Double]
    let outputs: Matrix
  }

  private let store: ParameterStore

  init(_ store: ParameterStore) {
    self.store = store
  }

  private func matrix(_ name: String) -> Matrix {
    guard let value = store[name]?.value else { return [] }
    let numbers = value.floats.map(Double.init)
    let width = value.shape.rank == 2 ? value.shape[1] : numbers.count
    return stride(from: 0, to: numbers.count, by: width).map { Array(numbers[$0..<$0 + width]) }
  }

  private func pass(_ inputs: Matrix, _ name: String) -> Pass {
    let hidden = linear(inputs, matrix(name + ".0.weight"), matrix(name + ".0.bias")[0])
    let outputs = linear(
      hidden.map { $0.map { max($0, 0) } }, matrix(name + ".2.weight"), matrix(name + ".2.bias")[0])
    let lengths = outputs.map { dot($0, $0).squareRoot() }
    return Pass(
      inputs: inputs, hidden: hidden, lengths: lengths,
      outputs: zip(outputs, lengths).map { row, length in row.map { $0 / length } })
  }

  /// `[sentences, classes]`, without the learned scale.
  func logits(_ sentences: Matrix, _ prompts: Matrix) -> Matrix {
    let queries = pass(prompts, "sentence_head.query_fc").outputs
    return pass(sentences, "sentence_head.sentence_fc").outputs.map { row in queries.map { dot(row, $0) } }
  }

  /// The loss of a batch; adds its gradients times `gradientScale` to the parameters'.
  func loss(_ sentences: Matrix, _ prompts: Matrix, _ labels: [Int], isDual: Bool, gradientScale: Double) -> Double {
    let (texts, queries) = (pass(sentences, "sentence_head.sentence_fc"), pass(prompts, "sentence_head.query_fc"))
    let raw = texts.outputs.map { row in queries.outputs.map { dot(row, $0) } }
    let scale = exp(matrix("model.logit_scale")[0][0])
    let scaled = raw.map { $0.map { $0 * scale } }
    let (forth, rowGradient) = contrast(scaled, labels, isDual)
    let (back, columnGradient) = contrast(transposed(scaled), labels, isDual)
    let gradient = zip(rowGradient, transposed(columnGradient)).map { rows, columns in
      zip(rows, columns).map { ($0 + $1) / 2 * gradientScale }
    }
    let inner = zip(gradient, raw).reduce(0) { $0 + dot($1.0, $1.1) }
    add([[inner * scale]], to: "model.logit_scale")
    let down = gradient.map { $0.map { $0 * scale } }
    backward(
      texts, "sentence_head.sentence_fc", down.map { row in transposed(queries.outputs).map { dot(row, $0) } })
    backward(
      queries, "sentence_head.query_fc", transposed(down).map { row in transposed(texts.outputs).map { dot(row, $0) } })
    return (forth + back) / 2
  }

  /// The divergence of rows from soft targets in which all samples of a label count, with its gradient.
  private func contrast(_ logits: Matrix, _ labels: [Int], _ isDual: Bool) -> (loss: Double, gradient: Matrix) {
    let count = Double(labels.count)
    let shares = transposed(transposed(logits).map { softmax($0.map { $0 / 1000 }) })
    let used = isDual ? zip(logits, shares).map { zip($0, $1).map { $0 * $1 * count } } : logits
    var loss = 0.0
    let gradient = used.enumerated().map { index, row -> [Double] in
      let target = softmax(labels.map { $0 == labels[index] ? 10 : 0 })
      let found = softmax(row)
      for column in row.indices { loss += target[column] * (log(target[column]) - log(found[column])) / count }
      return row.indices.map { (found[$0] - target[$0]) / count }
    }
    guard isDual else { return (loss, gradient) }
    // Both factors of the dual softmax.
    let weighted = zip(gradient, logits).map { zip($0, $1).map { $0 * $1 * count } }
    let sums = zip(transposed(weighted), transposed(shares)).map { dot($0, $1) }
    return (
      loss,
      logits.indices.map { row in
        logits[row].indices.map { column in
          shares[row][column] * (count * gradient[row][column] + (weighted[row][column] - sums[column]) / 1000)
        }
      }
    )
  }

  private func backward(_ pass: Pass, _ name: String, _ gradient: Matrix) {
    let outer = gradient.indices.map { row -> [Double] in
      let (own, unit) = (gradient[row], pass.outputs[row])
      let along = dot(own, unit)
      return own.indices.map { (own[$0] - unit[$0] * along) / pass.lengths[row] }
    }
    let active = pass.hidden.map { $0.map { max($0, 0) } }
    let back = transposed(matrix(name + ".2.weight"))
    let inner = zip(outer, pass.hidden).map { row, hidden in
      zip(back, hidden).map { $1 > 0 ? dot(row, $0) : 0 }
    }
    for (layer, rows, inputs) in [(2, outer, active), (0, inner, pass.inputs)] {
      add(
        transposed(rows).map { own in transposed(inputs).map { dot(own, $0) } }, to: "\(name).\(layer).weight")
      add([transposed(rows).map { $0.reduce(0, +) }], to: "\(name).\(layer).bias")
    }
  }

  private func add(_ values: Matrix, to name: String) {
    guard let parameter = store[name] else { return }
    let own = Tensor(values.joined().map { Float($0) }, shape: parameter.shape)
    parameter.gradient = parameter.gradient.map { $0 + own } ?? own
  }
}
