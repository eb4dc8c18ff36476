internal import FoundationEssentials
internal import Glibc
internal import SluicePlatform

/// `metrics.jsonl`: one line per step, appended as the steps are taken.
///
/// Numbers are shortest exact decimals, so equal losses are equal text; those that are not finite are the texts `"nan"`,
/// `"inf"` and `"-inf"`.
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

  /// Opens the log and takes out the lines of steps after `step`, which a run that was killed may have left.
  ///
  /// Lines that cannot be read stay where lines of steps up to `step` follow them.
  /// - Throws: ``RunError`` if the file cannot be read or written.
  public init(path: String, keepingThrough step: Int) throws(RunError) {
    self.path = path
    let kept = try MetricsLog.read(path).kept(through: step)
    // Mostly the end is cut off; a file that is damaged further up is written anew.
    let end = kept.prefixLength
    if end == nil {
      do { try OutputFile.replace(path, with: kept.bytes) } catch { throw RunError(.file, "\(error)") }
    }
    descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .file(path, "cannot be written", errno: errno) }
    guard let end else { return }
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

  static func text(of lines: [Line]) -> [UInt8] {
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
