internal import SluiceDatasets
public import SluiceFlow
internal import SluiceMedia
internal import SluicePlatform
public import SluiceTraining

/// What BIKE's files say of a set with classes: the same clips as folders of images, lists of both, classes under these and
/// under other names, phrases about the videos, and configurations.
///
/// ```
/// DIR/bike/frames/train/00000/img_00001.jpg …   DIR/bike/frames.txt
/// DIR/bike/lists/{train,val}.txt   DIR/bike/lists/{train,val}-videos.txt   DIR/bike/classes.csv
/// DIR/bike/other.txt   DIR/bike/other.csv   DIR/bike/words.txt   DIR/bike/attributes/{train,val}.json
/// DIR/bike/experiment.yaml   DIR/bike/co-train.yaml
/// ```
/// Paths in lists and configurations begin at the working directory, as ``SynthPipeline/directory`` does.
extension SynthPipeline {
  /// The folder of all that.
  var bike: String { "\(directory)/bike" }

  private var frameRoot: String { "\(bike)/frames" }

  /// How images are named.
  static let imageTemplate: String = "img_{:05d}.jpg"

  /// Writes the clips of one part as folders of JPEG images; what comes out is their paths, in order.
  public func frameFolders(_ part: Part, count: Int) -> Pipeline<String> {
    let folder = "\(frameRoot)/\(part.rawValue)"
    let base = base(of: part)
    return Pipeline("synth-frames-\(part.rawValue)") {
      SyntheticClips(count: count) { MotionScene(base: base, number: $0) }
      WriteFrames(folder: folder).workers(2)
    }
  }

  /// Writes lists, classes, phrases and configurations.
  /// - Parameter counts: the clips of each part.
  /// - Throws: ``RunError`` if they cannot be written.
  public func writeBIKEFiles(_ counts: [Part: Int]) throws(RunError) {
    for folder in ["lists", "attributes"] {
      do { try createDirectories("\(bike)/\(folder)") } catch {
        throw RunError(.file, "\(bike)/\(folder) cannot be made: \(error).")
      }
    }
    var files = bikeClasses
    files["frames.txt"] = Part.allCases.map { folderLines($0, counts[$0] ?? 0, below: "\(frameRoot)/") }.joined()
    for part in Part.allCases {
      let count = counts[part] ?? 0
      files["lists/\(part.rawValue).txt"] = folderLines(part, count, below: "")
      files["lists/\(part.rawValue)-videos.txt"] = (0..<count).map { "\(video(part, $0)) \(label($0))\n" }.joined()
      files["attributes/\(part.rawValue).json"] = try attributes(part, count).json
    }
    let others = (0..<(counts[.val] ?? 0)).map {
      "\(directory)/\(video(.val, $0)) \(MotionClass.allCases.count - 1 - label($0))\n"
    }
    files["other.txt"] = others.joined()
    files["words.txt"] = Self.lexicon.map { $0 + "\n" }.joined()
    files["experiment.yaml"] = configuration(isOfVideos: false)
    files["co-train.yaml"] = configuration(isOfVideos: true)
    for (name, text) in files.sorted(by: { $0.key < $1.key }) {
      try RunDirectory(path: bike).write(text, to: "\(bike)/\(name)")
    }
  }

  private func label(_ number: Int) -> Int { MotionScene.motion(of: number).rawValue }

  /// A video's path below the set's directory.
  private func video(_ part: Part, _ number: Int) -> String { "\(part.rawValue)/\(number.padded(to: 5)).mp4" }

  /// `train/00000 50 0`.
  private func folderLines(_ part: Part, _ count: Int, below root: String) -> String {
    (0..<count).map { number in
      "\(root)\(part.rawValue)/\(number.padded(to: 5)) \(MotionScene.frameCount) \(label(number))\n"
    }.joined()
  }

  /// The classes, and under other names in another order.
  private var bikeClasses: [String: String] {
    func table(_ names: [String]) -> String {
      "id,name\n" + names.enumerated().map { "\($0),\($1)\n" }.joined()
    }
    return [
      "classes.csv": table(MotionClass.allCases.map(\.name)),
      "other.csv": table(MotionClass.allCases.reversed().map(\.otherName)),
    ]
  }

  /// The phrases that may be said of a video.
  static let lexicon: [String] =
    MotionClass.allCases.flatMap(\.phrases) + SceneShape.allCases.map { "a \($0) over a texture" }

  /// Ten phrases of each video, as a network that is often wrong would find them: of three videos in five the first is about
  /// the right motion.
  private func attributes(_ part: Part, _ count: Int) throws(RunError) -> AttributesFile {
    let entries = (0..<count).map { number in
      var random = KeyedRandom(
        seed: UInt64(bitPattern: Int64(base(of: part))), epoch: 0, sample: number, stage: "synth attributes")
      var phrases = random.shuffled(Self.lexicon)
      if random.uniform() < 0.6 {
        let right = MotionScene.motion(of: number).phrases[random.integer(in: 0...1)]
        phrases = [right] + phrases.filter { $0 != right }
      }
      return (path: video(part, number), phrases: Array(phrases.prefix(10)))
    }
    do { return try AttributesFile(entries, origin: part.rawValue) } catch { throw RunError(.file, "\(error)") }
  }

  /// A configuration in BIKE's form: of folders of images or, with the attributes branch, of videos.
  private func configuration(isOfVideos: Bool) -> String {
    let root = Self.yaml(isOfVideos ? directory : frameRoot)
    func list(_ part: Part) -> String {
      Self.yaml("\(bike)/lists/\(part.rawValue)\(isOfVideos ? "-videos" : "").txt")
    }
    let images = isOfVideos ? "" : "    image_tmpl: \(Self.yaml(Self.imageTemplate))\n"
    let attributes =
      isOfVideos
      ? """
          select_topk_attributes: 5
          attributes_train_path: \(Self.yaml("\(bike)/attributes/train.json"))
          attributes_val_path: \(Self.yaml("\(bike)/attributes/val.json"))

      """ : ""
    return """
      # Eight classes of motion from \(isOfVideos ? "videos, and phrases about them" : "folders of images"). Paths begin at the working directory;
      # clip-small is what 'sluice weights make clip --size small --out clip-small' makes.
      resume:
      pretrain:
      seed: 1024
      data:
          dataset: motion
          modality: \(isOfVideos ? "video" : "RGB")
          num_segments: 8
          batch_size: 16
          workers: 2
          num_classes: \(MotionClass.allCases.count)
      \(images)    train_root: \(root)
          train_list: \(list(.train))
          val_root: \(root)
          val_list: \(list(.val))
          label_list: \(Self.yaml("\(bike)/classes.csv"))
          random_shift: True
          output_path: runs
      \(attributes)network:
          arch: clip-small
          init: True
          drop_out: 0.0
          emb_dropout: 0.0
          sim_header: Transf
          interaction: VCS
          joint_st: False
          fix_text: True
          fix_video: False
      solver:
          type: cosine
          epochs: 4
          start_epoch: 0
          optim: adamw
          lr: 5.e-4
          lr_warmup_step: 1
          weight_decay: 0.2
          loss_type: NCE
          evaluate: False
          clip_ratio: 1
          grad_accumulation_steps: 1
      logging:
          print_freq: 10
          eval_freq: 1

      """
  }

  /// A text of YAML; paths may hold whatever a user's folder is called.
  private static func yaml(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
  }
}

extension MotionClass {
  /// What a class is called in a set that a network was not trained on.
  fileprivate var otherName: String {
    switch self {
    case .left: "sliding leftward"
    case .right: "sliding rightward"
    case .up: "rising"
    case .down: "sinking"
    case .clockwise: "spinning clockwise"
    case .counterclockwise: "spinning counterclockwise"
    case .approach: "coming closer"
    case .recede: "going away"
    }
  }
}

/// Renders a scene into a folder of JPEG images; each appears under its name when it is whole.
private struct WriteFrames: Stage {
  let folder: String

  func callAsFunction(_ input: NumberedScene, context: ElementContext) throws -> String {
    let clip = "\(folder)/\(input.number.padded(to: 5))"
    try createDirectories(clip)
    for (index, frame) in input.scene.frames().enumerated() {
      let name = "img_\((index + 1).padded(to: 5)).jpg"
      let temporary = "\(clip)/.tmp-\(name)"
      try frame.write(to: temporary)
      try moveIntoPlace(temporary, as: "\(clip)/\(name)")
    }
    return clip
  }
}
