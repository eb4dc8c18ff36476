internal import SluicePlatform

/// What went wrong with a video, an image or a frame.
public struct MediaError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kinds of failure; more may be added.
  public struct Code: Sendable, Equatable, CustomStringConvertible {
    private enum Kind: String {
      case cannotOpen, notVideo, limit, cannotDecode, noSuchFrame, unsupported, missingLibrary, encode, timeout
    }
    private let kind: Kind

    /// The file is missing or may not be read.
    public static let cannotOpen: Code = Code(kind: .cannotOpen)
    /// The file holds no frames that can be decoded.
    public static let notVideo: Code = Code(kind: .notVideo)
    /// The file asks for more memory than ``MediaLimits`` allows.
    public static let limitExceeded: Code = Code(kind: .limit)
    /// A frame's data is damaged.
    public static let cannotDecode: Code = Code(kind: .cannotDecode)
    /// A frame was asked for that the file does not have.
    public static let noSuchFrame: Code = Code(kind: .noSuchFrame)
    /// The file is sound, but of a kind that is not supported.
    public static let unsupported: Code = Code(kind: .unsupported)
    /// FFmpeg's libraries are not installed, or not in the version Sluice was built with.
    public static let missingLibrary: Code = Code(kind: .missingLibrary)
    /// Frames could not be written.
    public static let cannotEncode: Code = Code(kind: .encode)
    /// Reading or decoding took longer than ``MediaLimits`` allows.
    public static let timedOut: Code = Code(kind: .timeout)

    public var description: String { kind.rawValue }
  }

  public let code: Code
  /// The file.
  public let path: String
  /// The index of the frame in display order, where the failure has one.
  public let frame: Int?
  /// What was found, what was wanted and what to do, without the file's name.
  public let reason: String

  package init(_ code: Code, path: String, frame: Int? = nil, _ reason: String) {
    self.code = code
    self.path = path
    self.frame = frame
    self.reason = reason
  }

  public var description: String { "\(path): \(reason)" }
}

extension MediaError {
  init(_ error: InputFileError) { self.init(.cannotOpen, path: error.path, error.reason) }
}
