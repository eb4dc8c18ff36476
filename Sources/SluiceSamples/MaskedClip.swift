/// Which tokens of a clip are hidden from the network, `[t, h, w]`.
public struct TokenMask: Sendable, Equatable {
  /// Time steps, rows and columns of the token grid.
  public let steps: Int
  public let rows: Int
  public let columns: Int
  /// Row-major `[t, h, w]`, 1 where the token is hidden, else 0.
  public let values: [UInt8]

  public init(steps: Int, rows: Int, columns: Int, values: [UInt8]) {
    precondition(
      values.count == steps * rows * columns,
      "a [\(steps), \(rows), \(columns)] mask has \(steps * rows * columns) entries, not \(values.count)")
    self.steps = steps
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  /// Hidden tokens.
  public var maskedCount: Int { values.reduce(0) { $0 + Int($1) } }
}

/// A run of time steps that share one hidden area.
public struct MaskCube: Sendable, Hashable {
  /// First time step.
  public let start: Int
  /// Time steps.
  public let length: Int

  public init(start: Int, length: Int) {
    self.start = start
    self.length = length
  }
}

/// A clip and what of it is hidden.
public struct MaskedClip: Sendable {
  public let clip: Clip
  public let mask: TokenMask
  /// The cubes the mask was made of; empty for masks without cubes.
  public let cubes: [MaskCube]

  public init(clip: Clip, mask: TokenMask, cubes: [MaskCube] = []) {
    self.clip = clip
    self.mask = mask
    self.cubes = cubes
  }
}

/// A masked clip and what the network is to predict of its hidden tokens.
public struct MaskedSample<Target: Sendable>: Sendable {
  public let masked: MaskedClip
  public let target: Target

  public init(masked: MaskedClip, target: Target) {
    self.masked = masked
    self.target = target
  }
}
