/// What a channel carries: an element, or the trace of one that failed.
package struct Envelope: Sendable {
  package enum Content: Sendable {
    case element(any Sendable)
    /// Takes the place of a sample that failed, so that order and counts hold for any number of workers.
    indirect case failed(SampleFailure)
    /// Takes the place of an element that only adds to an output of several; see ``Gathering``.
    case gathered
  }

  package var content: Content
  package var origin: Origin
  /// All samples inside, if they are more than the one of `origin`.
  package var members: [Origin] = []
  /// The step's number, inside and behind a ``Step``.
  package var step: Int?
  /// Which of the elements of one part that make one output of the step it is, from 0.
  package var round = 0
  /// Whether it is the last of those elements of the last part.
  package var endsStep = false
  /// Whether it holds the elements of all own parts of a divided batch.
  package var isWholeStep = false

  package init(_ content: Content, from origin: Origin) {
    self.content = content
    self.origin = origin
  }

  /// The samples inside.
  package var samples: [Origin] { members.isEmpty ? [origin] : members }

  package func with(_ content: Content) -> Envelope {
    var copy = self
    copy.content = content
    return copy
  }

  /// This one with a change to every sample inside.
  package func mapOrigins(_ change: (Origin) -> Origin) -> Envelope {
    var copy = self
    copy.origin = change(origin)
    copy.members = members.map(change)
    return copy
  }

  package func context(of stage: StageKey, slot: BatchSlot? = nil) -> ElementContext {
    ElementContext(
      seed: stage.seed, epoch: origin.epoch, sample: origin.sample, identity: origin.identity, stage: stage.name,
      step: step, round: round, epochProgress: origin.progress, length: stage.length,
      sampleCount: max(1, members.count),
      repetition: origin.repetition, part: stage.parts == 1 ? 0 : origin.ordinal % stage.parts, batchSlot: slot,
      randomName: stage.randomName)
  }
}

/// What the contexts of one stage have in common.
package struct StageKey: Sendable {
  let name: String
  /// The name under which it draws, if it is not its own.
  let randomName: String?
  let seed: UInt64
  let length: RunLength
  /// Parts of a global batch.
  let parts: Int

  init(_ node: PlanNode, _ options: RunOptions, length: RunLength) {
    name = node.name
    randomName = node.randomName
    seed = options.seed
    self.length = length
    parts = options.parts.count
  }
}
