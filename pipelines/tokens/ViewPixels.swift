internal import SluiceAugment
internal import SluiceDecode
public import SluiceFlow
internal import SluiceMedia
public import SluiceSamples
public import SluiceShards
public import SluiceTokenize

/// What was made of one stored view.
public struct Viewed<Content: Sendable>: Sendable {
  /// The view's number among all of the set.
  public let view: Int
  public let content: Content

  /// - Throws: ``TableError`` if another view was to come: one before it could not be read.
  func require(_ expected: Int, of views: ViewTable) throws(TableError) {
    guard view == expected else {
      throw TableError(
        views.path, "view \(expected) could not be read. `sluice shards verify` says what of the set is damaged.")
    }
  }
}

/// What a tokenizer sees of stored views, one after the other, as 8-bit frames.
///
/// - Parameters:
///   - size: height and width of the frames; from another size they are resized by Lanczos' kernel, as ``SecondView`` does.
///   - numbers: those views; all unless said.
public func viewPixels(
  _ views: ViewTable, of set: ShardSet, size: Int, only numbers: [Int]? = nil, workers: Int = 1
) -> Pipeline<Viewed<PixelClip>> {
  Pipeline("views") { pixels(views, of: set, size: size, numbers, workers: workers) }
}

/// The words of stored views, one view after the other, each `[frames, rows, columns]`.
///
/// - Parameters:
///   - tokenizer: what reads each view, its cells as many pixels wide as it has them.
///   - numbers: those views; all unless said.
public func viewTokens(
  _ views: ViewTable, of set: ShardSet, by tokenizer: any Tokenizer, only numbers: [Int]? = nil, workers: Int = 1
) -> Pipeline<Viewed<[Int]>> {
  let size = views.facts.cellsPerSide * tokenizer.tokenSize
  return Pipeline("tokens") {
    pixels(views, of: set, size: size, numbers, workers: workers)
    Tokenize(tokenizer: tokenizer).workers(workers).onFailure(.stop)
  }
}

private func pixels(
  _ views: ViewTable, of set: ShardSet, size: Int, _ numbers: [Int]?, workers: Int
) -> Segment<Never, Viewed<PixelClip>> {
  Segment {
    StoredViews(views: views, set: set, numbers: numbers ?? Array(0..<views.count))
    Decode().workers(workers).onFailure(.stop)
    ShowView(views.facts, size: size).workers(workers).onFailure(.stop)
  }
}

/// Some views in the order of their numbers, each with the frames that it is of.
private struct StoredViews: Source {
  let views: ViewTable
  let set: ShardSet
  let numbers: [Int]

  var count: Int { numbers.count }

  func name(of index: Int) -> String {
    let path = (try? views.clip(of: numbers[index])).flatMap { try? set.clip($0).name } ?? set.path
    return "\(path), view \(numbers[index])"
  }

  func element(at index: Int, context: ElementContext) throws -> FrameSelection {
    let view = try views.view(numbers[index])
    let handle = ClipHandle(frames: try set.clip(try views.clip(of: numbers[index]))).seen(as: view)
    return FrameSelection(handle: handle, indices: view.frames)
  }
}

/// Cuts the view out of decoded frames, in the size that a tokenizer reads.
private struct ShowView: Transform {
  private let augment: Augment
  private let resize: LanczosResize?

  init(_ facts: ViewRecipe.Facts, size: Int) {
    let square = { PixelSize(width: $0, height: $0) }
    augment = Augment(
      .storedView(facts.side, resampling: Resampling(rawValue: facts.resampling) ?? .bicubic),
      path: PixelPath(rawValue: facts.path) ?? .exact)
    resize = size == facts.side ? nil : LanczosResize(from: square(facts.side), to: square(size))
  }

  func makeWorker() -> PixelWorker { PixelWorker() }

  func callAsFunction(
    _ decoded: DecodedClip, worker: inout PixelWorker, context: ElementContext
  ) throws -> Viewed<PixelClip> {
    let size = PixelSize(width: decoded.frames.first?.width ?? 0, height: decoded.frames.first?.height ?? 0)
    // Nothing is drawn; the generator is only asked for.
    var draws = context.random()
    let steps = try augment.steps(for: size, of: decoded.handle.view, draws: &draws)
    let pixels = try augment.pixels(decoded, steps: steps, worker: worker)
    return Viewed(view: decoded.handle.view?.number ?? -1, content: resize.map { $0(pixels) } ?? pixels)
  }
}

/// Reads the words of a view's frames.
private struct Tokenize: Stage {
  let tokenizer: any Tokenizer

  func callAsFunction(_ pixels: Viewed<PixelClip>, context: ElementContext) throws -> Viewed<[Int]> {
    Viewed(view: pixels.view, content: try tokenizer.tokens(of: pixels.content))
  }
}
