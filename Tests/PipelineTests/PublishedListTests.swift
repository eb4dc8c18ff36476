import Foundation
import SluiceDatasets
import SluiceDecode
import SluiceFlow
import SluiceMedia
import SluicePipelines
import SluiceTraining
import TestSupport
import Testing

/// The lists of the data sets that BEVT is trained on, as they are published, with files of their kinds.
@Suite struct PublishedListTests {
  /// Frames of each video.
  private static let frameCount = 12

  private func video(_ path: String, number: Int, _ encoding: VideoEncoding = .h264()) throws {
    try FileManager.default.createDirectory(
      atPath: URL(filePath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
    let frames = MotionScene(base: 3, number: number).frames().prefix(Self.frameCount)
    let writer = try VideoWriter(path: path, like: frames[0], encoding: encoding)
    for frame in frames { try writer.append(frame) }
    try writer.finish()
  }

  /// Something-Something's videos are VP9.
  private static let vp9: VideoEncoding = {
    var encoding = VideoEncoding.h264(keyInterval: 6, reorderedFrames: 0)
    encoding.encoder = "libvpx-vp9"
    encoding.options = ["deadline": "realtime", "cpu-used": "8", "threads": "1", "b": "300k"]
    return encoding
  }()

  /// Opens a list below `folder`, and decodes a frame of each clip.
  /// - Returns: the labels.
  private func opened(_ list: String, in folder: TemporaryFolder, classes: String? = nil) throws -> [[Int]] {
    var request = RunRequest()
    (request.data, request.root, request.classes) = ([folder(list)], folder.path, classes.map { folder($0) })
    let clips = try request.clips(of: request.data, classMap: request.classMap())
    try clips.requireFiles(tolerating: 0)
    return try (0..<clips.count).map { index in
      let context = ElementContext(seed: 0, epoch: 0, sample: index, identity: clips.name(of: index), stage: "test")
      let handle = try clips.element(at: index, context: context)
      #expect(handle.range == 0..<Self.frameCount, "\(clips.name(of: index))")
      let frame = try #require(try handle.frames.frames(at: [Self.frameCount - 1]).first)
      #expect(frame.width > 0 && frame.height > 0)
      return try clips.labels(of: index)
    }
  }

  @Test func videosOfTheListsAreOpenedWithTheirLabels() throws {
    let folder = TemporaryFolder()
    let kinetics = ["abseiling/-3B32lodo2M_000059_000069.mp4", "playing guitar/0347ZoDXyP0_000095_000105.mkv"]
    for (number, path) in kinetics.enumerated() { try video(folder(path), number: number) }
    _ = try folder.write("\(kinetics[0]) 0\n\(kinetics[1]) 232\n", "k400_train.txt")
    #expect(try opened("k400_train.txt", in: folder) == [[0], [232]])

    for (number, name) in ["78687", "42326"].enumerated() {
      try video(folder("\(name).webm"), number: number, Self.vp9)
    }
    _ = try folder.write("78687.webm 158\n42326.webm 173\n", "sthv2_train_list_videos.txt")
    #expect(try opened("sthv2_train_list_videos.txt", in: folder) == [[158], [173]])

    for (number, name) in ["gYMGmvCDZqA_00088", "-1Msc5GTOg0_00004"].enumerated() {
      try video(folder("\(name).mp4"), number: number)
    }
    _ = try folder.write(
      """
      [{"vid_name": "gYMGmvCDZqA_00088", "label": 47, "start_frame": 0, "end_frame": 11},
       {"vid_name": "-1Msc5GTOg0_00004", "label": 0, "start_frame": 0, "end_frame": 4}]
      """, "Diving48_V2_test.json")
    let phrases = (0..<48).map { "[\"Back\", \"\($0)som\", \"NoTwis\", \"FREE\"]" }
    _ = try folder.write("[" + phrases.joined(separator: ",\n") + "]", "Diving48_vocab.json")
    #expect(try opened("Diving48_V2_test.json", in: folder, classes: "Diving48_vocab.json") == [[47], [0]])
  }

  @Test func imagesAreTheSameFromAListAFolderAndShards() throws {
    try withTemporaryFolder { folder in
      _ = try RandomDVAE(.small, seed: 1).write(to: folder + "/dvae")
      let names = ["n01440764/n01440764_10026", "n01440764/n01440764_9981", "n15075141/n15075141_9993"]
      for (number, name) in names.enumerated() {
        let path = "\(folder)/train/\(name)"
        try FileManager.default.createDirectory(
          atPath: URL(filePath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
        let bytes = (0..<90 * 70 * 3).map { UInt8(truncatingIfNeeded: $0 * (7 + number)) }
        try VideoFrame(width: 90, height: 70, layout: .rgb, packed: bytes).write(to: path + ".jpg")
        try FileManager.default.moveItem(atPath: path + ".jpg", toPath: path + ".JPEG")
      }
      let list = folder + "/ILSVRC2012_name_train_list.txt"
      try zip(names, [0, 0, 999]).map { "\($0).JPEG \($1)\n" }.joined()
        .write(toFile: list, atomically: true, encoding: .utf8)
      let made = try SluiceProgram.run(["preprocess", list, "--root", folder + "/train", "--out", folder + "/shards"])
      try #require(made.status == 0, "\(made.errors)")
      var seen: [[MetricsLog.Line]] = []
      for (name, data) in [
        ("list", [list, "--root", folder + "/train"]), ("folder", [folder + "/train"]),
        ("shards", [folder + "/shards"]),
      ] {
        let run = try SluiceProgram.run(
          ["train", "bevt-image", "--data"] + data + [
            "--tokenizer", folder + "/dvae", "--epochs", "2", "--set", "batch.size=3", "--set", "model.dimension=8",
            "--seed", "4", "--threads", "1", "--out", "\(folder)/run-\(name)",
          ])
        try #require(run.status == 0, "\(name): \(run.errors)")
        seen.append(try MetricsLog.lines(at: "\(folder)/run-\(name)/metrics.jsonl"))
      }
      #expect(seen[0].count == 2)
      for others in seen.dropFirst() {
        #expect(others.map(\.loss) == seen[0].map(\.loss) && others.map(\.metrics) == seen[0].map(\.metrics))
        #expect(others.map(\.gradientNorm) == seen[0].map(\.gradientNorm))
      }
    }
  }
}
