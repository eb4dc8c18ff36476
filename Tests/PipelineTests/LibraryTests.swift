import Foundation
import TestSupport
import Testing

/// The libraries that are opened at run time, where they are missing.
@Suite struct LibraryTests {
  @Test func withoutFFmpegOnlyVideosAreOutOfReach() throws {
    try withTemporaryFolder { folder in
      // A file that is no library stands in front of the true one, whatever its version.
      for version in 56...70 { try Data().write(to: URL(filePath: "\(folder)/libavutil.so.\(version)")) }
      let list = try SampleVideos.write(1, to: folder)
      let frames = try SluiceProgram.run(
        ["frames", "\(folder)/clip 0.mp4", "--count"], environment: ["LD_LIBRARY_PATH": folder])
      #expect(frames.status == 1)
      #expect(frames.errors.contains("clip 0.mp4: FFmpeg cannot be loaded"), "\(frames.errors)")
      #expect(frames.errors.contains("apt install libavformat-dev"), "\(frames.errors)")
      let synth = try SluiceProgram.run(["synth", folder + "/set"], environment: ["LD_LIBRARY_PATH": folder])
      #expect(synth.status == 1 && synth.errors.contains("FFmpeg cannot be loaded"), "\(synth.errors)")
      let graph = try SluiceProgram.run(
        ["graph", "maskfeat", "--data", list], environment: ["LD_LIBRARY_PATH": folder])
      #expect(graph.status == 0, "\(graph.errors)")
    }
  }
}
