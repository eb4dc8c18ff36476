import Foundation
import SluiceMedia
import SluiceShards
import TestSupport
import Testing

/// The commands that look at files: `frames`, `check`, `preprocess`, `shards`, `synth`.
@Suite struct FilesCommandTests {
  @Test func framesAreGivenAsPicturesAndAsBytes() throws {
    let folder = TemporaryFolder()
    try folder.video("v.mp4", frames: 12)
    let video = try VideoFile(path: folder("v.mp4"))
    let count = try SluiceProgram.run(["frames", folder("v.mp4"), "--count"])
    #expect(count.output == "12\n")
    let still = try SluiceProgram.run(["frames", folder("v.mp4"), "--at", "3,0,3,7-8", "--out", folder("stills")])
    #expect(still.status == 0, "\(still.errors)")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder("stills")).sorted() == [
        "frame-000000.png", "frame-000003.png", "frame-000007.png", "frame-000008.png",
      ])
    let wanted = try video.frames(at: [7])[0].convertedToRGB()
    #expect(try VideoFrame(imageAt: folder("stills/frame-000007.png")).packed() == wanted.packed())
    // Both kinds of samples go to standard output, back to back: their numbers of bytes are exact.
    for (raw, size) in [("yuv", 64 * 48 * 3 / 2), ("rgb", 64 * 48 * 3)] {
      let process = Process()
      let pipe = Pipe()
      process.executableURL = URL(filePath: SluiceProgram.path)
      process.arguments = ["frames", folder("v.mp4"), "--at", "0,5", "--raw", raw]
      process.standardOutput = pipe
      try process.run()
      let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      #expect(bytes.count == 2 * size)
      let frames = try video.frames(at: [0, 5]).map { raw == "yuv" ? $0 : $0.convertedToRGB() }
      #expect([UInt8](bytes) == frames.flatMap { $0.packed() })
    }
    let beyond = try SluiceProgram.run(["frames", folder("v.mp4"), "--at", "12", "--count"])
    #expect(beyond.status == 0)
    let missing = try SluiceProgram.run(["frames", folder("v.mp4"), "--at", "12", "--out", folder("none")])
    #expect(missing.status == 1 && missing.errors.contains("12"), "\(missing.errors)")
  }

  @Test func storageIsAsItWasAskedFor() throws {
    let folder = TemporaryFolder()
    try folder.video("v.mp4", frames: 25)
    let list = try folder.write("v.mp4 3\n", "list.txt")
    let run = try SluiceProgram.run([
      "preprocess", list, "--root", folder.path, "--out", folder("set"), "--short-side", "24", "--fps", "12.5",
      "--frames", "6", "--near-lossless", "--filter", "left", "--level", "2", "--json",
    ])
    try #require(run.status == 0, "\(run.errors)")
    let settings = try ShardSet(folder("set")).settings()
    #expect(settings.shortSide == 24 && settings.frameRate == 12.5 && settings.frameLimit == 6)
    #expect(settings.fidelity == .nearLossless && settings.filter == .left && settings.level == 2)
    let clip = try ShardSet(folder("set")).clip(0)
    #expect(clip.frameCount == 6 && clip.info.geometry.height == 24 && clip.info.geometry.width == 32)
    for line in run.output.split(separator: "\n") {
      #expect(try JSONSerialization.jsonObject(with: Data(line.utf8)) is [String: Any], "\(line)")
    }

    struct Info: Decodable { let clips, frames, shards: Int }
    let info = try SluiceProgram.run(["shards", "info", folder("set"), "--json"])
    let described = try JSONDecoder().decode(Info.self, from: Data(info.output.utf8))
    #expect(described.clips == 1 && described.frames == 6 && described.shards == 1)
    struct Listed: Decodable { let clip, frames, width, height: Int }
    let listed = try SluiceProgram.run(["shards", "ls", folder("set"), "--json"])
    let clips = try listed.output.split(separator: "\n").map {
      try JSONDecoder().decode(Listed.self, from: Data($0.utf8))
    }
    #expect(clips.count == 1 && clips[0].frames == 6 && clips[0].width == 32)

    let stills = try SluiceProgram.run([
      "shards", "extract", folder("set"), "0", "--at", "2,4", "--out", folder("stills"),
    ])
    #expect(stills.status == 0, "\(stills.errors)")
    let still = try VideoFrame(imageAt: folder("stills/000004.png"))
    #expect(still.packed() == (try clip.frames(at: [4])[0].convertedToRGB().packed()))
    let film = try SluiceProgram.run(["shards", "extract", folder("set"), "v.mp4", "--out", folder("v-out.mp4")])
    #expect(film.status == 0, "\(film.errors)")
    #expect(try VideoFile(path: folder("v-out.mp4")).frameCount == 6)
    let none = try SluiceProgram.run(["shards", "extract", folder("set"), "7", "--out", folder("o")])
    #expect(none.status == 1 && none.errors.contains("no clip 7; there are 1"), "\(none.errors)")
  }

  /// Damage between the pictures that are looked at is found only by looking at all.
  @Test func aThoroughCheckDecodesEverything() throws {
    let folder = TemporaryFolder()
    try folder.video("good.mp4", frames: 30)
    var damaged = try Data(contentsOf: URL(filePath: folder("good.mp4")))
    let frames = try SluiceProgram.run(["frames", folder("good.mp4"), "--count"])
    #expect(frames.output == "30\n")
    // The samples lie before the index at the end: overwrite a stretch of the second quarter.
    let start = damaged.count / 4
    damaged.replaceSubrange(start..<start + damaged.count / 8, with: Data(repeating: 0xFF, count: damaged.count / 8))
    try damaged.write(to: URL(filePath: folder("bad.mp4")))
    let list = try folder.write("good.mp4\t0\nbad.mp4\t1\n", "list.txt")
    let thorough = try SluiceProgram.run(["check", list, "--root", folder.path, "--thorough", "--json"])
    let report = try #require(
      try JSONSerialization.jsonObject(with: Data(thorough.output.utf8)) as? [String: Any], "\(thorough.errors)")
    let failures = try #require(report["failures"] as? [[String: Any]])
    #expect(thorough.status == 1 && failures.count == 1 && failures[0]["line"] as? Int == 2, "\(thorough.output)")
  }

  @Test func anotherSeedGivesOtherVideos() throws {
    let folder = TemporaryFolder()
    var first: [String: Data] = [:]
    for (name, seed) in [("a", "1"), ("b", "1"), ("c", "2")] {
      let run = try SluiceProgram.run(["synth", folder(name), "--train", "2", "--val", "1", "--seed", seed])
      #expect(run.status == 0, "\(run.errors)")
      first[name] = try Data(contentsOf: URL(filePath: folder("\(name)/train/00000.mp4")))
    }
    #expect(first["a"] == first["b"] && first["a"] != first["c"])
  }
}
