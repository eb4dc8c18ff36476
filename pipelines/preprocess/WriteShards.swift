internal import SluiceDecode
public import SluiceFlow
internal import SluiceMedia
public import SluiceShards

/// What became of one line of the list.
public struct StoredClip: Sendable {
  public let clip: ListedClip
  /// Frames stored.
  public let frames: Int
  /// Bytes of the frames as decoded, and as stored.
  public let bytesIn: Int
  public let bytesOut: Int
  /// Why it was not stored.
  public let failure: String?
  /// What is odd though it was stored.
  public let warning: String?
}

/// Appends clips to shards, in the order of the list.
public struct WriteShards: Transform {
  private let writer: ShardSetWriter

  public init(_ writer: ShardSetWriter) {
    self.writer = writer
  }

  public struct Worker {
    let scaler: FrameScaler?
    let encoder: FrameEncoder
  }

  public func makeWorker() throws -> Worker {
    let settings = writer.settings
    return Worker(scaler: settings.shortSide.map { FrameScaler(shortSide: $0) }, encoder: try FrameEncoder(settings))
  }

  public func callAsFunction(
    _ attempt: ClipAttempt<CodedClip>, worker: inout Worker, context: ElementContext
  ) throws -> StoredClip {
    let clip = attempt.clip
    switch attempt.result {
    case .failure(let failure):
      return try failed(clip, failure.description)
    case .success(let coded):
      var count = coded.frames.count
      var bytesIn = coded.clip.byteCount
      var bytesOut = coded.frames.reduce(0) { $0 + $1.byteCount }
      if let geometry = coded.geometry {
        try writer.append(coded.frames, geometry: geometry)
      } else {
        do {
          (count, bytesIn, bytesOut) = try stream(coded.clip.opened, worker)
        } catch let error as ShardError where error.code == .system {
          throw error
        } catch {
          return try failed(clip, "\(error)")
        }
      }
      try writer.finishClip(clip.description, frameRate: coded.clip.opened.frameRate)
      return StoredClip(
        clip: clip, frames: count, bytesIn: bytesIn, bytesOut: bytesOut, failure: nil,
        warning: warning(clip, coded.clip.opened))
    }
  }

  private func failed(_ clip: ListedClip, _ message: String) throws -> StoredClip {
    // The path has a column of its own.
    let reason = message.hasPrefix(clip.path + ": ") ? String(message.dropFirst(clip.path.count + 2)) : message
    try writer.fail(clip.description, reason: reason)
    return StoredClip(clip: clip, frames: 0, bytesIn: 0, bytesOut: 0, failure: reason, warning: nil)
  }

  private func warning(_ clip: ListedClip, _ opened: OpenedClip) -> String? {
    var warnings = opened.warnings.notes
    let found = opened.frames.frameCount
    if let listed = clip.listedFrames, clip.description.part == nil, listed != found {
      warnings.insert("the list says \(listed) frames, there are \(found)", at: 0)
    }
    return warnings.isEmpty ? nil : warnings.joined(separator: "; ")
  }

  /// A clip that is too large to be held: each frame from the decoder into the shard.
  private func stream(_ opened: OpenedClip, _ worker: Worker) throws -> (frames: Int, bytesIn: Int, bytesOut: Int) {
    var count = 0
    var (bytesIn, bytesOut) = (0, 0)
    var first: FrameGeometry?
    try opened.forEachFrame { frame in
      let sized = try worker.scaler?.scaled(frame) ?? frame
      let geometry = FrameGeometry(sized)
      try (first ?? geometry).check(geometry, number: count)
      first = geometry
      let coded = try worker.encoder.encode(sized)
      try writer.append([coded], geometry: geometry)
      count += 1
      bytesIn += FrameGeometry(frame).byteCount
      bytesOut += coded.byteCount
    }
    return (count, bytesIn, bytesOut)
  }
}
