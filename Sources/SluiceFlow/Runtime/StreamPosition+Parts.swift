extension StreamPosition {
  /// The position to which several processes have come together, each from this one with parts of its own.
  ///
  /// - Parameter processes: the parts each makes, and its position; together all parts, each once.
  /// - Throws: ``FlowError`` `.positionMismatch` if parts are missing or made twice, or a process is at another step.
  public func merging(
    _ processes: [(parts: BatchParts, position: StreamPosition)]
  ) throws(FlowError) -> StreamPosition {
    let processes = processes.sorted { $0.parts.own.lowerBound < $1.parts.own.lowerBound }
    let count = processes.first?.parts.count ?? 0
    var covered = 0
    for (parts, _) in processes {
      guard parts.count == count, parts.own.lowerBound == covered else {
        throw FlowError(
          .positionMismatch, "part \(covered) of \(count) is made by no process, or by two: \(Self.list(processes)).")
      }
      covered = parts.own.upperBound
    }
    guard let first = processes.first?.position, covered == count else {
      throw FlowError(
        .positionMismatch, "part \(covered) of \(count) is made by no process: \(Self.list(processes)).")
    }
    var merged = self
    merged.step = first.step
    merged.sources = first.sources
    for (parts, position) in processes {
      guard position.step == first.step, position.nextPart == nil else {
        throw FlowError(
          .positionMismatch,
          "the process with parts \(parts.own) is at step \(position.step), another at \(first.step).")
      }
      guard position.sources.map(\.name) == first.sources.map(\.name) else {
        throw FlowError(.positionMismatch, "the process with parts \(parts.own) has other sources than another one.")
      }
      for number in merged.sources.indices { merged.sources[number].adopt(position.sources[number], parts) }
      merged.failures.add(position.failures, since: failures)
    }
    return merged
  }

  private static func list(_ processes: [(parts: BatchParts, position: StreamPosition)]) -> String {
    processes.map { "\($0.parts.own)" }.joined(separator: ", ")
  }

  /// What ends a run of all parts at the end of an epoch: more failures in a list than are tolerated.
  /// - Parameter share: the share of a list's samples that may fail; `nil` for any.
  public func verdict(tolerating share: Double?) -> FlowError? {
    guard let share else { return nil }
    for source in sources {
      let failed = failures.outstanding.count { $0.source == source.name }
      if Double(failed) > share * Double(source.count) {
        return .tooManyFailures(failed, of: source.count, tolerated: share, failures)
      }
    }
    return nil
  }
}

extension SourcePosition {
  /// Takes over what another process knows of its own parts.
  fileprivate mutating func adopt(_ other: SourcePosition, _ parts: BatchParts) {
    let isOwn = { (ordinal: Int) in parts.own.contains(ordinal % parts.count) }
    for part in parts.own where other.nextOfParts.indices.contains(part) && nextOfParts.indices.contains(part) {
      nextOfParts[part] = other.nextOfParts[part]
    }
    ahead = ahead.filter { !isOwn($0) } + other.ahead.filter(isOwn)
    unfinished = (unfinished.filter { !isOwn($0.ordinal) } + other.unfinished.filter { isOwn($0.ordinal) })
      .sorted { $0.ordinal < $1.ordinal }
    consumed = nextOfParts.min() ?? other.consumed
  }
}
