import Foundation
import SluiceDatasets
import SluiceDecode
import SluiceMedia
import SluicePipelines
import SluiceShards
import SluiceTraining
import Testing

/// BIKE's lists and folders, as the commands take them.
@Suite(.serialized) struct BIKEListCommandTests {
  private let folder = TemporaryFolder()

  private func run(_ arguments: String...) throws -> SluiceProgram.Result {
    try SluiceProgram.run(arguments, in: folder.path)
  }

  private func text(_ name: String) throws -> String { try String(contentsOfFile: folder(name), encoding: .utf8) }

  @Test func theSyntheticSetHasAllThatBIKEReads() throws {
    let result = try run("synth", "my set", "--train", "3", "--val", "2", "--bike")
    #expect(result.status == 0, "\(result.errors)")
    let root = folder("my set/bike")
    let template = try ImageTemplate("img_{:05d}.jpg")
    for (part, count) in [("train", 3), ("val", 2)] {
      let list = try DatasetList(
        contentsOf: "\(root)/lists/\(part).txt", root: "\(root)/frames", format: .bike, imageTemplate: template)
      #expect(list.items.map(\.labels) == (0..<count).map { [.number($0)] })
      #expect(list.items.allSatisfy { $0.frameCount == 50 })
      let clips = try Clips(videos: list)
      try clips.requireFiles(tolerating: 0)
      let videos = try DatasetList(
        contentsOf: "\(root)/lists/\(part)-videos.txt", root: folder("my set"), format: .bike)
      try Clips(videos: videos).requireFiles(tolerating: 0)
      #expect(videos.items.map(\.labels) == list.items.map(\.labels))
      try AttributesFile(contentsOf: "\(root)/attributes/\(part).json").requireAll(of: videos)
    }
    let folders = try DatasetList(contentsOf: "\(root)/frames.txt", root: folder.path, imageTemplate: template)
    #expect(folders.items.count == 5 && folders.items[3].path == "\(root)/frames/val/00000")
    let handle = try folders.items[4].openFrames(counting: FrameWarnings())
    #expect(handle.frameCount == 50)
    let classes = try ClassMap(contentsOf: "\(root)/classes.csv", numbering: .rows)
    #expect(classes.names(count: 8) == MotionClass.allCases.map(\.name))
    let others = try ClassMap(contentsOf: "\(root)/other.csv")
    #expect(others.name(of: 7) == "sliding leftward" && others.name(of: 0) == "going away")
    let other = try DatasetList(contentsOf: "\(root)/other.txt", root: folder.path)
    #expect(other.items.map(\.labels) == [[.number(7)], [.number(6)]])
    try Clips(videos: other).requireFiles(tolerating: 0)
    let words = try text("my set/bike/words.txt").split(separator: "\n")
    #expect(words.count > 10 && Set(words).count == words.count)
    let configuration = try text("my set/bike/experiment.yaml")
    for line in [
      "data:\n    dataset: motion\n    modality: RGB\n",
      "    image_tmpl: 'img_{:05d}.jpg'\n    train_root: 'my set/bike/frames'\n",
      "    val_list: 'my set/bike/lists/val.txt'\n", "\nnetwork:\n    arch: clip-small\n",
      "\nsolver:\n    type: cosine\n",
    ] {
      #expect(configuration.contains(line), "\(configuration)")
    }
    let both = try text("my set/bike/co-train.yaml")
    #expect(both.contains("    modality: video\n") && !both.contains("image_tmpl"))
    #expect(
      both.contains(
        "    output_path: runs\n    select_topk_attributes: 5\n"
          + "    attributes_train_path: 'my set/bike/attributes/train.json'\n"
          + "    attributes_val_path: 'my set/bike/attributes/val.json'\nnetwork:\n"), "\(both)")
  }

  @Test func foldersAndPhrasesAreForVideosWithClasses() throws {
    for option in ["--captions", "--images=3"] {
      let result = try run("synth", "set", "--bike", option)
      let name = option.split(separator: "=")[0]
      #expect(
        result.status == 64
          && result.errors.contains(
            "--bike is about videos with classes, and \(name) writes none. Leave one of them out."),
        "\(result.errors)")
    }
    _ = try folder.write("a file", "file")
    let made = try #require(throws: RunError.self) { try SynthPipeline(directory: folder("file")).writeBIKEFiles([:]) }
    #expect(made.description.contains("\(folder("file"))/bike/lists cannot be made: "))
  }

  /// A folder with a gap, one that is empty, one that is missing, and one that is shorter than its count.
  private func folders() throws {
    for (name, numbers) in [("whole", [1, 2, 3, 4]), ("gap", [1, 2, 4, 5]), ("short", [1, 2, 3])] {
      try folder.video("v.mp4", frames: 6)
      try FileManager.default.createDirectory(atPath: folder(name), withIntermediateDirectories: true)
      let frames = try openFrames(of: folder("v.mp4")).frames(at: numbers)
      for (number, frame) in zip(numbers, frames) { try frame.write(to: folder("\(name)/img_0000\(number).jpg")) }
    }
    try FileManager.default.createDirectory(atPath: folder("empty"), withIntermediateDirectories: true)
    _ = try folder.write("whole 4 0\ngap 4 1\nshort 5 0\n", "good.txt")
    _ = try folder.write("whole 4 0\nempty 4 1\nnone 5 0\n", "bad.txt")
  }

  private func openFrames(of path: String) throws -> any FrameSource {
    try DatasetItem(path: path).openFrames(counting: FrameWarnings())
  }

  @Test func checkAndPreprocessSayWhatFoldersLack() throws {
    try folders()
    let good = try run("check", "good.txt", "--image-template", "img_{:05d}.jpg", "--thorough")
    #expect(good.status == 0, "\(good.errors)")
    #expect(
      good.errors.contains(
        "note: 1 frame that is missing or damaged is shown as the first frame of the folder. The first: gap/img_00003.jpg: cannot be read"
      ))
    #expect(
      good.errors.contains(
        "note: 1 clip has another number of frames than the list says. The first: short has 3, the list says 5."))
    let bad = try run("check", "bad.txt", "--image-template", "img_{:05d}.jpg")
    #expect(bad.status == 1)
    #expect(
      bad.output.contains(
        "bad.txt:2: empty: is a folder without images that are named like “img_00001.jpg”; it is empty"))
    #expect(bad.output.contains("bad.txt:3: none: "))
    let stored = try run("preprocess", "good.txt", "--image-template", "img_{:05d}.jpg", "--out", "set")
    #expect(stored.status == 0, "\(stored.errors)")
    #expect(stored.errors.contains("short: the list says 5 frames, there are 3"))
    #expect(
      stored.errors.contains("gap: 1 frame that is missing or damaged is shown as the first frame of the folder."))
    #expect(try ShardSet(folder("set")).frameCount == 11)
    let named = try run("check", "good.txt", "--image-template", "img_{:05x}.jpg")
    #expect(
      named.status == 64 && named.errors.contains("--image-template img_{:05x}.jpg: {:05x} is no number of a frame"))
    let rate = try run("check", "good.txt", "--list-fps", "30")
    #expect(rate.status == 1 && rate.errors.contains("--list-fps out"), "\(rate.errors)")
  }

  @Test func everyCommandThatReadsListsTakesThem() throws {
    try folders()
    let commands = [
      ["check", "good.txt"], ["preprocess", "good.txt", "--out", "set"],
      ["vocab", "good.txt", "--out", "v.txt", "--size", "50"],
      ["train", "maskfeat", "--data", "good.txt"], ["graph", "maskfeat", "--data", "good.txt"],
      ["profile", "maskfeat", "--data", "good.txt"], ["eval", "timesformer", "--from", "run", "--data", "good.txt"],
      ["show", "words", "--from", "run", "--data", "good.txt"],
    ]
    for command in commands {
      let template = try SluiceProgram.run(command + ["--image-template", "img.jpg"], in: folder.path)
      #expect(
        template.status == 64
          && template.errors.contains("--image-template img.jpg: it has no number, and every frame would be the same"),
        "\(command): \(template.errors)")
      let rate = try SluiceProgram.run(command + ["--list-fps", "0"], in: folder.path)
      #expect(rate.status == 64 && rate.errors.contains("--list-fps"), "\(command): \(rate.errors)")
    }
    let shown = try run("show", "words", "v.mp4", "--caption", "a", "--from", "run", "--list-fps", "24")
    #expect(shown.status == 64 && shown.errors.contains("--list-fps is about --data. Leave it out."))
  }

  @Test func trainingReadsTimesAtTheirRateAndImagesByTheirNames() throws {
    try folders()
    _ = try folder.write(
      "video_id,label,start_time,end_time,total_time\nwhole,c000,0,0.3,0.4\ngap,c001,0.1,0.4,0.4\n", "c.csv")
    let run = try self.run(
      "graph", "maskfeat", "--data", "c.csv", "--image-template", "img_{:05d}.jpg", "--list-fps", "10")
    #expect(run.status == 0, "\(run.errors)")
    // Shards have frames, and no names of images.
    #expect(try self.run("preprocess", "good.txt", "--out", "set").status == 0)
    let stored = try self.run("train", "maskfeat", "--data", "set", "--image-template", "img_{:05d}.jpg", "--dry-run")
    #expect(
      stored.status == 1
        && stored.errors.contains("--image-template img_{:05d}.jpg is about lists, and set holds shards."),
      "\(stored.errors)")
  }
}
