import Foundation
import SluiceAugment
import SluiceDatasets
import SluiceDecode
import SluiceFlow
import SluicePipelines
import SluiceSamples
import SluiceShards
import SluiceTensor
import SluiceTokenize
import SluiceTraining
import TestSupport
import Testing

/// Stored tokens in place of a tokenizer.
@Suite struct StoredTokensTests {
  /// Clips as a run sees them, with the words of all their frames.
  private func seen(
    _ sets: [ShardSet], _ tokens: StoredTokens, _ facts: ViewRecipe.Facts, epochs: Int
  ) async throws -> [(clip: Clip, words: [Int])] {
    let clips = try Clips(videos: DatasetList(items: []), shards: sets)
    let pipeline = Pipeline("stored") {
      clips.shuffled()
      DrawView(tokens)
      Decode().workers(2)
      Augment(.storedView(facts.side, resampling: .bicubic), normalization: .imagenet).workers(2)
        .map { clip in (clip: clip, words: try tokens.words(of: clip, frames: Array(0..<facts.frameCount))) }
    }
    var found: [(clip: Clip, words: [Int])] = []
    for try await pair in pipeline.run(RunOptions(seed: 2, epochs: epochs, maxFailures: 0)) { found.append(pair) }
    return found
  }

  /// The mean red of each cell in sixteen steps; frames have 8 pixels for each cell, as DALL-E's encoder wants them.
  private struct Reds: Tokenizer {
    let vocabularySize = 16
    let tokenSize = 8
    var identity = "reds"

    func tokens(of frames: PixelClip) -> [Int] {
      let (rows, columns) = (frames.height / 8, frames.width / 8)
      return (0..<frames.frameCount * rows * columns).map { cell in
        let (frame, row, column) = (cell / (rows * columns), cell / columns % rows, cell % columns)
        let sum = (0..<64).reduce(0) { sum, pixel in
          let line = (frame * frames.height + 8 * row + pixel / 8) * frames.width
          return sum + Int(frames.bytes[3 * (line + 8 * column + pixel % 8)])
        }
        return sum / 64 / 16
      }
    }
  }

  private func compute(_ tokenizer: any Tokenizer, _ shards: ViewedShards) async throws -> TokenTable.Taken {
    var parts = try TokenParts(of: shards.set, shards.views, tokenizer)
    let run = viewTokens(shards.views, of: shards.set, by: tokenizer, only: Array(parts.remaining), workers: 2)
      .run(RunOptions(maxFailures: 0))
    for try await words in run { try parts.append(words) }
    return try parts.finish()
  }

  @Test func theWordsOfAStoredViewAreThoseOfItsPixels() async throws {
    let (first, second) = (try await ViewedShards(3, seed: 1), try await ViewedShards(2, seed: 4))
    for shards in [first, second] {
      let taken = try await compute(Reds(), shards)
      #expect(taken.table.tokenizer == "reds" && taken.table.vocabularySize == 16)
      #expect(!FileManager.default.fileExists(atPath: shards.path + "/tokens.parts"))
    }
    let sets = [first.set, second.set]
    let tokens = try StoredTokens(of: sets)
    #expect(tokens.identity == "reds" && tokens.vocabularySize == 16)
    let pairs = try await seen(sets, tokens, first.views.facts, epochs: 6)
    #expect(pairs.count == 30)
    var numbers: Set<Int> = []
    var second32 = SecondView(divisor: 2).makeWorker()
    for (clip, words) in pairs {
      let small = try SecondView(divisor: 2)(clip, worker: &second32, context: context).pixels
      #expect(Reds().tokens(of: small) == words)
      numbers.insert(try #require(clip.view).number)
      #expect(try tokens.grid(of: clip) == TokenGrid(steps: 8, rows: 4, columns: 4))
      #expect(try tokens.words(of: clip, frames: [5]) == Array(words[5 * 16..<6 * 16]))
    }
    // Nine views of the first set, six of the second; most come in thirty draws.
    #expect(numbers.isSubset(of: 0..<15) && numbers.count > 10 && numbers.contains { $0 >= 9 })
    // The same seed draws the same.
    let again = try await seen(sets, tokens, first.views.facts, epochs: 1)
    #expect(again.map { $0.clip.view } == pairs.prefix(5).map { $0.clip.view })
  }

  private var context: ElementContext {
    ElementContext(seed: 0, epoch: 0, sample: 0, identity: "clip", stage: "stage")
  }

  @Test func tokensInTheMakingGoOnWhereTheyWere() async throws {
    let shards = try await ViewedShards(24)
    let whole = try await compute(Reds(), shards)
    let expected = try (0..<72).map { try whole.table.words(of: $0) }
    try FileManager.default.removeItem(atPath: whole.table.path)
    var begun = try TokenParts(of: shards.set, shards.views, Reds())
    var some: [Viewed<[Int]>] = []
    for try await words in viewTokens(shards.views, of: shards.set, by: Reds(), workers: 2).run() { some.append(words) }
    #expect(some.map(\.view) == Array(0..<72) && some.map(\.content) == expected)
    for words in some.prefix(70) { try begun.append(words) }
    #expect(
      sentence { try begun.append(some[71]) }
        == "\(shards.views.path): view 70 could not be read. `sluice shards verify` says what of the set is damaged.")
    let resumed = try TokenParts(of: shards.set, shards.views, Reds())
    #expect(begun.doneCount == 70 && resumed.doneCount == 64, "what fills no file is computed again")
    for words in some.dropFirst(70) { try begun.append(words) }
    let complete = try TokenParts(of: shards.set, shards.views, Reds())
    #expect(complete.doneCount == 72 && complete.remaining.isEmpty)
    #expect(try complete.finish().table.words(of: 71) == expected[71])
    try FileManager.default.removeItem(atPath: whole.table.path)
    let other = try TokenParts(of: shards.set, shards.views, Reds(identity: "other reds"))
    #expect(other.doneCount == 0)
    let again = try await compute(Reds(), shards)
    #expect(try (0..<72).map { try again.table.words(of: $0) } == expected)
    #expect(
      sentence { _ = try TokenParts(of: shards.set, shards.views, Reds(identity: "other reds")) }
        .contains("there are tokens of “reds” already, and these are of “other reds”."))
  }

  @Test func onlyTheTokensThatAreMissingAreMade() async throws {
    let shards = try await ViewedShards(3)
    _ = try await compute(Reds(), shards)
    // One clip goes, two come, the others stand elsewhere.
    try await ViewedShards.write([2, 3, 0, 4], to: shards.path, videosIn: shards.folder)
    let set = try ShardSet(shards.path)
    let views = try ViewTable.draw(3, of: set, by: Systems.viewRecipe(of: "bevt"), seed: 9).table
    var parts = try TokenParts(of: set, views, Reds())
    #expect(Array(parts.remaining) == [3, 4, 5, 9, 10, 11] && parts.doneCount == 6)
    for try await words in viewTokens(views, of: set, by: Reds(), only: Array(parts.remaining)).run() {
      try parts.append(words)
    }
    #expect(parts.remaining.isEmpty && parts.doneCount == 12)
    let taken = try parts.finish()
    #expect(taken.table.count == 12)
    // Those that stayed are those of the pixels that are seen now.
    var seen = 0
    for try await words in viewTokens(views, of: set, by: Reds()).run() {
      #expect(try taken.table.words(of: words.view) == words.content, "view \(words.view)")
      seen += 1
    }
    #expect(seen == 12)
    _ = try StoredTokens(of: [set])
    // Where none is missing, or they are to be replaced, all are made.
    #expect(try TokenParts(of: set, views, Reds()).remaining.count == 12)
  }

  @Test func setsThatDoNotGoTogetherAreRefused() async throws {
    let (first, second) = (try await ViewedShards(), try await ViewedShards())
    func opening(_ sets: [ShardSet]) -> String { sentence { _ = try StoredTokens(of: sets) } }
    #expect(opening([]) == "--data: there are no shards, and only clips of shards have stored tokens.")
    #expect(
      opening([first.set])
        == "\(first.path): its views have no tokens. `sluice shards tokens \(first.path) --tokenizer ENCODER` makes some, --add "
        + "takes in those of another program.")
    try first.take()
    #expect(opening([first.set]) == "nothing was thrown")
    var others = ViewedShards.Table(of: second.views)
    others.metadata["tokenizer"] = "others"
    try second.take(others)
    let path = TokenTable.path(in: second.path)
    #expect(
      opening([first.set, second.set])
        == "\(path): its tokens are 32 words of “others”, and those of \(TokenTable.path(in: first.path)) are 32 words of "
        + "“thirty-two words”. All data of a run has tokens of one tokenizer.")
    // A table that was only copied there.
    try ViewedShards.Table(of: second.views).write(to: path)
    #expect(
      opening([second.set])
        == "\(path): it has tokens of 12 of 12 views, without checksums, and "
        + "was not made by `sluice shards tokens`. Add it by `sluice shards tokens \(second.path) --add`.")
    // Views that were drawn anew.
    _ = try ViewTable.draw(2, of: first.set, by: Systems.viewRecipe(of: "bevt"), seed: 1)
    #expect(opening([first.set]).contains("its tokens are of views \(first.views.identity.prefix(16)), and"))
  }

  @Test func clipsWithoutTheirViewAreRefused() async throws {
    let shards = try await ViewedShards()
    try shards.take()
    let tokens = try StoredTokens(of: [shards.set])
    let clip = Clip(pixels: PixelClip(frameCount: 0, height: 1, width: 1, bytes: []), values: .zeros([3, 8, 64, 64]))
    #expect(
      sentence { _ = try tokens.grid(of: clip) }.hasSuffix(
        "the clip was not seen as one of its stored views. Put DrawView where frames are chosen."))
    let folder = TemporaryFolder()
    try await ViewedShards.write(4, to: folder("set"), videosIn: folder)
    let set = try ShardSet(folder("set"))
    let recipe = try Systems.viewRecipe(
      of: "maskfeat", settings: ["model.frameCount": "26", "denseFrames.stride": "1"])
    let views = try ViewTable.draw(1, of: set, by: recipe, seed: 0).table
    try ViewedShards.Table(of: views).write(to: folder("t.safetensors"))
    _ = try TokenTable.take(folder("t.safetensors"), into: set)
    let draw = DrawView(try StoredTokens(of: [set]))
    let handle = ClipHandle(frames: try set.clip(0))
    #expect(
      sentence { _ = try draw(handle, context: context) }
        == "\(ViewTable.path(in: set.path)): no view could be drawn of clip 0: it is too short for the recipe.")
  }

  /// What is said of a run on stored tokens.
  private func run(
    _ system: String, _ data: [String], images: [String] = [], tokenizer: String, _ settings: [String: String] = [:]
  ) throws -> String {
    var request = RunRequest()
    (request.data, request.images, request.tokenizer, request.settings) = (data, images, tokenizer, settings)
    return sentence { _ = try PreparedRun(try Systems.named(system), request) }
  }

  @Test func whatCannotAgreeWithStoredViewsIsRefusedByName() async throws {
    let (clips, images) = (try await ViewedShards(), try await ViewedShards(of: "bevt-image"))
    let masked = try await ViewedShards(of: "videomae")
    for shards in [clips, images, masked] { try shards.take() }
    let (path, views) = (clips.path, ViewTable.path(in: clips.path))
    #expect(try run("bevt", [path], tokenizer: path) == "nothing was thrown")
    let both = ["recipe.jitter": "0"]
    #expect(try run("bevt", [path], images: [images.path], tokenizer: path, both) == "nothing was thrown")
    #expect(try run("bevt-image", [images.path], tokenizer: images.path, both) == "nothing was thrown")
    let tokens = ["recipe.target": "tokens"]
    #expect(try run("videomae", [masked.path], tokenizer: masked.path, tokens) == "nothing was thrown")

    #expect(
      try run("bevt", [path], tokenizer: path, ["recipe.target": "pixels"])
        == "--tokenizer \(path) has no effect here: the target is pixels. Leave it out, or take --target tokens.")
    #expect(
      try run("bevt-image", [images.path], tokenizer: images.path)
        == "recipe.jitter=0.4: stored tokens are of images with the colors that they have. Take --set recipe.jitter=0, or name "
        + "an encoder by --tokenizer.")
    #expect(
      try run("videomae", [masked.path], tokenizer: masked.path, tokens.merging(["recipe.colors": "jitter"]) { $1 })
        == "recipe.colors=jitter: stored tokens are of clips with the colors that they have. Take --set recipe.colors=none, or "
        + "name an encoder by --tokenizer.")
    for (name, value, stored) in [
      ("recipe.flip", "0.0", "0.5"), ("denseFrames.stride", "2", "3"), ("model.frameCount", "16", "8"),
      ("model.imageSize", "128", "64"), ("augment.path", "fast", "exact"),
    ] {
      #expect(
        try run("bevt", [path], tokenizer: path, [name: value])
          == "\(name)=\(value): the views of \(views) were drawn with \(stored), and tokens belong to them. Take --set "
          + "\(name)=\(stored), or draw other views with --set \(name)=\(value).")
    }
    #expect(
      try run("videomae", [masked.path], tokenizer: masked.path, tokens.merging(["recipe.cropping": "random"]) { $1 })
        .contains("the views were drawn for videomae, and videomae sees others: they differ in recipe.shortSide."))
    #expect(
      try run("videomae", [path], tokenizer: path, tokens).contains(
        "the views were drawn for bevt, and videomae sees others: they differ in recipe.cropping, recipe.resampling. Draw "
          + "views with --views-for videomae and the run's settings."))
    #expect(
      try run("bevt", [path], tokenizer: path, ["model.depths": "1 1 2 1 1", "model.headCounts": "1 2 4 8 8"])
        == "\(views): the views have 8 frames of 64 pixels with a token for each cell of 16; the network wants 8 of 64 with "
        + "cells of 32. Draw views with the settings of the run.")
    let list = try clips.folder.write("v0.mp4\n", "list.txt")
    #expect(
      try run("bevt", [list], tokenizer: path)
        == "\(list) is no directory of shards, and stored tokens belong to clips of shards. Name shards that have tokens, or an "
        + "encoder by --tokenizer.")
    var others = ViewedShards.Table(of: images.views)
    others.metadata["tokenizer"] = "others"
    try images.take(others, replacing: true)
    #expect(
      try run("bevt", [path], images: [images.path], tokenizer: path, both).contains(
        "All data of a run has tokens of one tokenizer."))
  }
}
