internal import FoundationEssentials
internal import Glibc
internal import SluicePlatform

/// `metrics.jsonl`: one line per step, appended as the steps are taken.
///
/// Numbers are shortest exact decimals, so equal losses are equal text.
public final class MetricsLog: Sendable {
  /// A line of the log.
  public struct Line: Codable, Sendable, Equatable {
    public var step: Int
    public var epoch: Int
    public var loss: Double
    public var learningRate: Double
    public var gradientNorm: Double
    /// Samples per second since the line before.
    public var samplesPerSecond: Double
    /// What else the loss reports.
    public var metrics: [String: Double]

    public init(
      step: Int, epoch: Int, loss: Double, learningRate: Double, gradientNorm: Double, samplesPerSecond: Double,
      metrics: [String: Double] = [:]
    ) {
      self.step = step
      self.epoch = epoch
      self.loss = loss
      self.learningRate = learningRate
      self.gradientNorm = gradientNorm
      self.samplesPerSecond = samplesPerSecond
      self.metrics = metrics
    }
  }

  private let path: String
  private let descriptor: Int32

  /// Opens the log and cuts off every line after `step`, which a run that was killed may have left.
  /// - Throws: ``RunError`` if the file cannot be read or written.
  public init(path: String, keepingThrough step: Int) throws(RunError) {
    self.path = path
    let end = try MetricsLog.read(path).last { $0.line.step <= step }?.end ?? 0
    descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .file(path, "cannot be written", errno: errno) }
    guard ftruncate(descriptor, off_t(end)) == 0 else { throw .file(path, "cannot be cut", errno: errno) }
  }

  deinit { close(descriptor) }

  /// Adds a line.
  public func append(_ line: Line) throws(RunError) {
    try write(MetricsLog.text(of: [line]))
  }

  /// Forces what was appended to the disk; called before a checkpoint that counts on it.
  public func synchronize() throws(RunError) {
    guard fsync(descriptor) == 0 else { throw .file(path, "cannot be written to disk", errno: errno) }
  }

  /// The lines of a log, none if there is no such file.
  ///
  /// A last line that was cut off is left out.
  public static func lines(at path: String) throws(RunError) -> [Line] {
    try read(path).map(\.line)
  }

  // Each line and the offset at which its line feed ends.
  private static func read(_ path: String) throws(RunError) -> [(line: Line, end: Int)] {
    guard let data = FileManager.default.contents(atPath: path) else { return [] }
    let decoder = JSONDecoder()
    var lines: [(line: Line, end: Int)] = []
    var begin = data.startIndex
    while let feed = data[begin...].firstIndex(of: UInt8(ascii: "\n")) {
      guard let line = try? decoder.decode(Line.self, from: Data(data[begin..<feed])) else { break }
      lines.append((line, feed + 1 - data.startIndex))
      begin = feed + 1
    }
    return lines
  }

  private static func text(of lines: [Line]) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return lines.flatMap { line in
      // Encoding numbers and strings into memory cannot fail.
      ((try? encoder.encode(line)).map(Array.init) ?? []) + [UInt8(ascii: "\n")]
    }
  }

  private func write(_ bytes: [UInt8]) throws(RunError) {
    guard unsafe writeFully(bytes.span.bytes, to: descriptor) else {
      throw .file(path, "cannot be written", errno: errno)
    }
  }
}
