import Foundation
import SluiceMedia
import TestSupport
import Testing

/// What FFmpeg does not give is said: where memory is gone, the program ends with the name of the call that found out.
@Suite struct LibraryFaultTests {
  /// A call that fails, the file that says so, and what leads there in a folder of samples; it begins the fault itself.
  private struct Shortage: Sendable {
    let fault: FFmpegFault
    let file: String
    let sentence: String
    let body: @Sendable (_ folder: String, _ begin: () throws -> Void) throws -> Void

    init(
      _ function: String, _ answer: FFmpegFault.Answer = .nothing, spared: Int = 0, in file: String,
      _ sentence: String, body: @escaping @Sendable (_ folder: String, _ begin: () throws -> Void) throws -> Void
    ) {
      fault = FFmpegFault(function: function, answer: answer, spared: spared)
      (self.file, self.sentence, self.body) = (file, sentence, body)
    }
  }

  private static let shortages: [Shortage] = [
    Shortage("avcodec_alloc_context3", in: "Decoder", "out of memory: avcodec_alloc_context3") { folder, begin in
      try begin()
      _ = try VideoFrame(imageAt: folder + "/gray.png")
    },
    Shortage("avcodec_parameters_alloc", in: "StreamDescription", "out of memory: avcodec_parameters_alloc") {
      folder, begin in
      try begin()
      _ = try VideoFrame(imageAt: folder + "/gray.png")
    },
    Shortage("av_packet_alloc", in: "Packet", "out of memory: av_packet_alloc") { folder, begin in
      try begin()
      _ = try VideoFrame(imageAt: folder + "/gray.png")
    },
    Shortage("av_new_packet", .noMemory, in: "Packet", "out of memory: av_new_packet") { folder, begin in
      try begin()
      _ = try VideoFrame(imageAt: folder + "/gray.png")
    },
    Shortage("avcodec_alloc_context3", in: "Encoder", "out of memory: avcodec_alloc_context3") { folder, begin in
      try begin()
      try TestPictures.frame(1, layout: .gray).write(to: folder + "/own.png")
    },
    Shortage("av_frame_get_buffer", .noMemory, in: "Encoder", "out of memory: av_frame_get_buffer") { folder, begin in
      try begin()
      try TestPictures.frame(1, layout: .gray).write(to: folder + "/own.png")
    },
    Shortage("avformat_new_stream", in: "Muxer", "out of memory: avformat_new_stream") { folder, begin in
      try begin()
      _ = try VideoWriter(path: folder + "/own.mp4", like: TestPictures.frame(1))
    },
    Shortage("avformat_alloc_context", in: "Demuxer", "out of memory: avformat_alloc_context") { folder, begin in
      try begin()
      _ = try VideoFile(path: folder + "/two.mp4")
    },
    Shortage("avcodec_parameters_copy", .noMemory, in: "StreamDescription", "out of memory: avcodec_parameters_copy") {
      folder, begin in
      try begin()
      _ = try VideoFile(path: folder + "/two.mp4")
    },
    // The reader's own two packets are there already: the third is the first that is kept.
    Shortage("av_packet_alloc", spared: 2, in: "Packet", "out of memory: av_packet_alloc") { folder, begin in
      try begin()
      _ = try VideoFile(path: folder + "/two.mp4")
    },
    Shortage("av_packet_ref", .noMemory, in: "PacketReader", "out of memory: av_packet_ref") { folder, begin in
      let file = try VideoFile(path: folder + "/two.mp4")
      try begin()
      _ = try file.frames(at: [3])
    },
    Shortage("av_packet_new_side_data", in: "Packet", "out of memory: av_packet_new_side_data") { folder, begin in
      // Not kept: the second half's headers, which its first packet brings, are given to it again behind a jump.
      let file = try VideoFile(path: folder + "/two.mp4", limits: MediaLimits(retainedBytes: 1000))
      try begin()
      for number in [55, 3, 40, 58] { _ = try file.frames(at: [number]) }
    },
    Shortage("av_frame_clone", in: "FrameConverter", "out of memory: av_frame_clone") { folder, begin in
      let file = try VideoFile(path: folder + "/two.mp4")
      try begin()
      _ = try file.frames(at: [3])
    },
    Shortage("sws_alloc_context", in: "Scaler", "out of memory: sws_alloc_context") { _, begin in
      try begin()
      _ = TestPictures.frame(1).convertedToRGB()
    },
    Shortage("sws_alloc_context", in: "FrameScaler", "out of memory: sws_alloc_context") { _, begin in
      try begin()
      _ = try FrameScaler(shortSide: 48).scaled(TestPictures.frame(1))
    },
  ]

  @Test(arguments: shortages.indices) func memoryThatIsGoneEndsTheProgramWithWhatAskedForIt(number: Int) async throws {
    let folder = try ScratchFolder()
    try TestPictures.frame(1, layout: .gray).write(to: folder.file("gray.png"))
    for (part, options) in [("a", "cabac=1:bframes=0:keyint=12"), ("b", "cabac=0:bframes=0:keyint=12")] {
      try TestPictures.write(folder.file(part + ".mp4"), count: 30, encoding: Recipe.x264(options))
    }
    try TwoDescriptions.join(folder.file("a.mp4"), folder.file("b.mp4"), to: folder.file("two.mp4"))
    let path = folder.path
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [number, path = path as String] in
      let shortage = LibraryFaultTests.shortages[number]
      try shortage.body(path) { try shortage.fault.begin() }
    }
    let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    let shortage = Self.shortages[number]
    #expect(text.contains("/\(shortage.file).swift:") && text.contains(shortage.sentence), "\(text)")
  }

  @Test func aFrameThatNobodyKnowsIsAnError() async throws {
    let folder = try ScratchFolder()
    let path = folder.file("a.mp4")
    try TestPictures.write(path, count: 5)
    await #expect(processExitsWith: .success) { [path = path as String] in
      let file = try VideoFile(path: path)
      try FFmpegFault(function: "av_pix_fmt_desc_get", answer: .nothing).begin()
      exitExpecting("\(path): the decoder gave a frame of 176×96 in no known format") { _ = try file.frames(at: [3]) }
    }
  }
}
