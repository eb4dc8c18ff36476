internal import FoundationEssentials
internal import Glibc
public import SluiceFlow
internal import SluiceMedia
internal import SluicePlatform
public import SluiceTraining

/// Writes a synthetic set: H.264 videos of moving shapes, and lists of them.
///
/// ```
/// DIR/train/00000.mp4 …   DIR/val/00000.mp4 …   DIR/train.txt   DIR/val.txt   DIR/classes.json
/// DIR/train/00000.mp4 …   DIR/val/00000.mp4 …   DIR/train.json  DIR/val.json
/// ```
/// The first has classes that differ only in motion, the second captions. The same seed gives the same bytes with the same encoder library.
public struct SynthPipeline: Sendable {
  /// The two parts; their clips are drawn from disjoint seeds.
  public enum Part: String, Sendable, CaseIterable {
    case train
    case val
  }

  /// What is known about each video.
  public enum Content: Sendable {
    /// How its shape moves: one of eight classes.
    case classes
    /// Sentences that say what it shows, in which color, where, and how that moves; two for a video to learn from, one for
    /// a video to evaluate on.
    case captions
  }

  public let directory: String
  public let seed: Int
  public let content: Content

  public init(directory: String, seed: Int = 0, content: Content = .classes) {
    self.directory = directory
    self.seed = seed
    self.content = content
  }

  /// Writes the videos of one part; what comes out is their paths, in order.
  public func pipeline(_ part: Part, count: Int) -> Pipeline<String> {
    let folder = "\(directory)/\(part.rawValue)"
    let base = base(of: part)
    let scenes =
      switch content {
      case .classes: SyntheticClips(count: count) { MotionScene(base: base, number: $0) }
      case .captions:
        SyntheticClips(count: count) { CaptionedScene(base: base, number: $0, isTraining: part == .train) }
      }
    return Pipeline("synth-\(part.rawValue)") {
      scenes
      WriteClip(folder: folder).workers(2)
    }
  }

  /// Writes images of the scenes, each into the folder of its shape; what comes out is their paths, in order.
  public func images(count: Int) -> Pipeline<String> {
    // Other scenes than those of the videos.
    let base = ~base(of: .train)
    return Pipeline("synth-images") {
      SyntheticClips(count: count) { MotionScene(base: base, number: $0) }
      WriteImage(folder: directory).workers(2)
    }
  }

  /// Makes the folders of images.
  /// - Throws: ``RunError`` if they cannot be made.
  public func prepareImages() throws(RunError) {
    for shape in SceneShape.allCases {
      let folder = "\(directory)/\(shape)"
      do { try createDirectories(folder) } catch { throw RunError(.file, "\(folder) cannot be made: \(error).") }
    }
  }

  /// Makes the folders and, of a set with classes, writes the class map, which says what the labels mean.
  /// - Throws: ``RunError`` if they cannot be written.
  public func prepare() throws(RunError) {
    for part in Part.allCases {
      let folder = "\(directory)/\(part.rawValue)"
      do {
        try createDirectories(folder)
      } catch {
        throw RunError(.file, "\(folder) cannot be made: \(error).")
      }
    }
    guard content == .classes else { return }
    let names = MotionClass.allCases.map { "  \"\($0.name)\": \"\($0.rawValue)\"" }
    let map = "{\n" + names.joined(separator: ",\n") + "\n}\n"
    try RunDirectory(path: directory).write(map, to: classes)
  }

  /// Writes a part's list: a path and a class name on each line, or a JSON object from path to captions.
  /// - Throws: ``RunError`` if it cannot be written.
  public func writeList(_ part: Part, paths: [String]) throws(RunError) {
    let text =
      switch content {
      case .classes: paths.enumerated().map { "\($1)\t\(MotionScene.motion(of: $0).name)\n" }.joined()
      case .captions:
        "{\n" + paths.enumerated().map { captionEntry(part, number: $0, path: $1) }.joined(separator: ",\n") + "\n}\n"
      }
    try RunDirectory(path: directory).write(text, to: list(part))
  }

  /// `  "talk/train/00000.mp4": ["a red disc moves left at the top", …]`.
  private func captionEntry(_ part: Part, number: Int, path: String) -> String {
    let base = base(of: part)
    let captions = SceneFacts(base: base, number: number)
      .captions(part == .train ? 2 : 1, base: base, number: number).map(jsonText)
    let value = captions.count == 1 ? captions[0] : "[" + captions.joined(separator: ", ") + "]"
    return "  \(jsonText(path)): \(value)"
  }

  /// The list file of a part.
  public func list(_ part: Part) -> String {
    "\(directory)/\(part.rawValue).\(content == .captions ? "json" : "txt")"
  }

  /// The class map.
  public var classes: String { "\(directory)/classes.json" }

  func base(of part: Part) -> Int {
    // Wraps around: a large seed is no error.
    2 &* seed &+ (part == .train ? 0 : 1)
  }
}

/// The scenes of one part.
struct SyntheticClips: Source {
  let count: Int
  let scene: @Sendable (_ number: Int) -> any DrawnScene

  func element(at index: Int, context: ElementContext) -> NumberedScene {
    NumberedScene(number: index, scene: scene(index))
  }

  func name(of index: Int) -> String { "clip \(index)" }
}

/// A scene with its number in the part.
struct NumberedScene: Sendable {
  let number: Int
  let scene: any DrawnScene
}

/// Renders a scene's middle frame; the file appears under its name when it is whole.
private struct WriteImage: Stage {
  let folder: String

  func callAsFunction(_ input: NumberedScene, context: ElementContext) throws -> String {
    let (folder, name) = ("\(folder)/\(input.scene.shape)", input.number.padded(to: 5))
    let (path, temporary) = ("\(folder)/\(name).png", "\(folder)/.\(name).tmp.png")
    let image = Image(
      width: MotionScene.side, height: MotionScene.side, bytes: input.scene.pixels(ofFrame: MotionScene.frameCount / 2))
    try image.frame.write(to: temporary)
    try moveIntoPlace(temporary, as: path)
    return path
  }
}

/// Renders and encodes a scene; the file appears under its name when it is whole.
private struct WriteClip: Stage {
  let folder: String

  func callAsFunction(_ input: NumberedScene, context: ElementContext) throws -> String {
    let name = input.number.padded(to: 5)
    let path = "\(folder)/\(name).mp4"
    let temporary = "\(folder)/.\(name).tmp.mp4"
    let frames = input.scene.frames()
    let writer = try VideoWriter(path: temporary, like: frames[0], encoding: .h264(keyInterval: 25, speed: .veryfast))
    for frame in frames { try writer.append(frame) }
    try writer.finish()
    try moveIntoPlace(temporary, as: path)
    return path
  }
}
