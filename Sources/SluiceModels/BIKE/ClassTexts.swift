package import SluiceNN
internal import SluicePlatform
package import SluiceTensor

/// The prompts of classes as a text tower reads them.
///
/// Where the tower is frozen their features are computed once, when they are first wanted, and again if its weights have been
/// replaced since.
package final class ClassTexts: Sendable {
  private struct Known {
    /// How often the tower's weights had been replaced.
    let revision: Int
    let precision: Precision
    let texts: CLIPTexts
  }

  private let clip: CLIP
  private let ids: [Int32]
  /// Classes there are.
  package let count: Int
  private let isFrozen: Bool
  private let known = Lock<Known?>(nil)

  /// - Parameters:
  ///   - ids: row-major `[count, context]`.
  ///   - isFrozen: whether the text tower is; it runs as in evaluation then.
  package init(_ clip: CLIP, ids: [Int32], count: Int, isFrozen: Bool) {
    self.clip = clip
    self.ids = ids
    self.count = count
    self.isFrozen = isFrozen
  }

  /// Those of some classes, in the order asked.
  /// - Parameters:
  ///   - labels: numbers of classes.
  ///   - chunk: texts at a time, if the tower is not frozen; all for 0.
  /// - Throws: ``ModelError`` if a label is no class, or tokens do not fit the tower.
  package func texts(of labels: [Int], chunk: Int, _ pass: ForwardPass) throws -> CLIPTexts {
    try check(labels)
    guard !isFrozen else { return try all().texts(at: labels) }
    let (length, ids) = (self.ids.count / count, self.ids)
    let own = labels.flatMap { ids[$0 * length..<($0 + 1) * length] }
    guard chunk > 0, chunk < labels.count else { return try clip.textFeatures(of: own, count: labels.count, pass) }
    let together = try pass.inParts(of: chunk, samples: labels.count) { [clip] texts, pass in
      try clip.textFeatures(
        of: Array(own[texts.lowerBound * length..<texts.upperBound * length]), count: texts.count, pass
      ).together
    }
    return CLIPTexts(together: together)
  }

  /// Sentences of some classes, in the order asked, without gradients.
  /// - Throws: ``ModelError`` if a label is no class, or tokens do not fit the tower.
  package func sentences(of labels: [Int]) throws -> Tensor {
    try check(labels)
    return try all().sentences.rows(at: labels)
  }

  private func check(_ labels: [Int]) throws(ModelError) {
    guard let label = labels.first(where: { !(0..<count).contains($0) }) else { return }
    throw ModelError("label \(label) is none of \(count) classes. Correct the list, or name the classes it is made for")
  }

  /// Those of all classes, without gradients.
  /// - Throws: ``ModelError`` if tokens do not fit the tower.
  package func all() throws -> CLIPTexts {
    guard isFrozen else { return try clip.texts(ids, count: count) }
    let (revision, precision) = (self.revision, Compute.current.precision)
    if let known = known.withLock({ $0 }), known.revision == revision, known.precision == precision {
      return known.texts
    }
    let texts = try clip.texts(ids, count: count)
    known.withLock { $0 = Known(revision: revision, precision: precision, texts: texts) }
    return texts
  }

  private var revision: Int {
    clip.parameters.parameters.reduce(0) { sum, parameter in
      BIKELearning.isFrozen(parameter.name, freezesText: true, freezesVideo: false) ? sum + parameter.revision : sum
    }
  }
}

extension CLIP {
  /// Features of texts for evaluation, without gradients, some at a time.
  /// - Parameter ids: row-major `[count, context]`.
  /// - Throws: ``ModelError`` if tokens do not fit the tower.
  package func texts(_ ids: [Int32], count: Int) throws -> CLIPTexts {
    guard count > 0, ids.count.isMultiple(of: count) else {
      throw ModelError("CLIP: \(ids.count) tokens for \(count) texts, wanted is a row of tokens for each")
    }
    let (length, size) = (ids.count / count, 64)
    var parts: [CLIPTexts] = []
    for start in stride(from: 0, to: count, by: size) {
      let end = min(start + size, count)
      let own = Array(ids[start * length..<end * length])
      parts.append(try withoutGradients { try textFeatures(of: own, count: end - start, .evaluation) })
    }
    return .joined(parts)
  }
}
