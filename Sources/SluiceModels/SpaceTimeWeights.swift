public import SluiceTensor

/// Weights of image models and of other runs, as a TimeSformer or ViViT of a configuration takes them.
///
/// ```swift
/// let weights = try SpaceTimeWeights(for: .vivitBase).imported(from: imageNetWeights, .imageViT)
/// try model.parameters.load(weights, mode: .present)
/// ```
/// Parameters that no source name maps to keep their initial values; shapes are checked when the result is loaded.
/// - Source: VideoTransformer-pytorch, `weight_init`.
public struct SpaceTimeWeights: Sendable {
  /// Where weights come from.
  public enum Source: String, Sendable, CaseIterable {
    /// An image ViT, under the names of VideoTransformer-pytorch's converted checkpoint or of timm.
    case imageViT = "imagenet"
    /// A masked autoencoder under VideoMAE's or MAE's names; its decoder is left out.
    case maskedAutoencoder = "mae"
    /// A checkpoint of VideoTransformer-pytorch.
    case kinetics

    /// Told from a checkpoint's names.
    public init(ofNames names: some Collection<String>) {
      if names.contains(where: { $0.hasPrefix("encoder.") }) {
        self = .maskedAutoencoder
      } else if names.contains(where: { $0.hasPrefix("model.") || $0.contains(".ffns.0.norm.") }) {
        self = .kinetics
      } else {
        self = .imageViT
      }
    }
  }

  /// What the part that image models lack gets: attention along time, or the temporal stack.
  public enum Copy: String, Sendable, CaseIterable {
    /// The weights of the part they have.
    case `repeat`
    /// Zeros.
    case zeros = "set_zero"
    /// Zeros in the copy, which in divided attention is the one along space: what VideoTransformer-pytorch does.
    case repositoryZeros = "set_zero_repo"
  }

  /// How patch filters of frames become filters of tubelets.
  public enum Inflation: String, Sendable, CaseIterable {
    /// Repeated over the tubelet, divided by its length.
    case average = "temporal_avg"
    /// In the middle frame, zeros in the others.
    case centerFrame = "center_frame"
  }

  /// The shape of the model that takes the weights.
  public var configuration: SpaceTimeConfiguration
  /// What the part that image models lack gets.
  public var copy = Copy.repeat
  /// How patch filters become three-dimensional.
  public var inflation = Inflation.average
  /// Whether a masked autoencoder's attention weights are left out, as VideoTransformer-pytorch does by mistake.
  public var skipsAutoencoderAttention = false

  /// The defaults for a model of `configuration`.
  public init(for configuration: SpaceTimeConfiguration) {
    self.configuration = configuration
  }

  /// The weights by parameter name.
  /// - Parameter kind: where they come from; told from the names if `nil`.
  public func imported(from source: [String: Tensor], _ kind: Source? = nil) -> [String: Tensor] {
    let kind = kind ?? Source(ofNames: source.keys)
    if kind == .kinetics { return own(source) }
    var weights: [String: Tensor] = [:]
    var others: [String: Tensor] = [:]
    for (name, value) in kind == .imageViT ? source : autoencoder(source) {
      guard let target = renamed(name) else {
        others[name] = value
        continue
      }
      weights[target] = target == "patch_embed.projection.weight" ? inflated(value) : value
    }
    addCopies(&weights)
    // What the network has no use for goes on under its own name, so that a report can say so.
    for (name, value) in weights { others["model." + name] = value }
    return others
  }

  /// A checkpoint of the same kind of model: names of PyTorch's own attention are changed to ours.
  private func own(_ source: [String: Tensor]) -> [String: Tensor] {
    var weights: [String: Tensor] = [:]
    // Checkpoints without the head lack what stands in front of the backbone's names.
    let isBare = !source.keys.contains { $0.hasPrefix("model.") }
    for (name, value) in source {
      let prefix = isBare && !name.hasPrefix("cls_head.") ? "model." : ""
      weights[
        prefix
          + name.replacing("in_proj_weight", with: "qkv.weight").replacing("in_proj_bias", with: "qkv.bias")
          .replacing("out_proj.", with: "proj.")] = value
    }
    return weights
  }

  /// The encoder of a masked autoencoder under timm's names, with one bias for queries, keys and values.
  private func autoencoder(_ source: [String: Tensor]) -> [String: Tensor] {
    var weights: [String: Tensor] = [:]
    for (name, value) in source where !name.contains("decoder") && name.hasPrefix("encoder.") {
      let inner = String(name.dropFirst("encoder.".count))
      if inner.hasSuffix("attn.q_bias") {
        let block = inner.dropLast("q_bias".count)
        guard let last = source["encoder.\(block)v_bias"] else { continue }
        let zeros = [Float](repeating: 0, count: value.count)
        weights["\(block)qkv.bias"] = Tensor(value.floats + zeros + last.floats, shape: [3 * value.count])
      } else if !inner.hasSuffix("attn.v_bias") {
        let isAttention = inner.contains(".attn.")
        if !(isAttention && skipsAutoencoderAttention) { weights[inner] = value }
      }
    }
    return weights
  }

  /// The parameter that an image model's name stands for; `nil` for heads and others.
  private func renamed(_ name: String) -> String? {
    if ["cls_token", "pos_embed", "norm.weight", "norm.bias"].contains(name) { return name }
    if name.hasPrefix("patch_embed.") {
      return "patch_embed.projection." + (name.hasSuffix("weight") ? "weight" : "bias")
    }
    let parts = name.split(separator: ".")
    guard let place = parts.firstIndex(where: { Int($0) != nil }), let kind = parts.last else { return nil }
    let isTimm = parts[0] == "blocks"
    guard isTimm || name.hasPrefix("transformer_layers.layers.") else { return nil }
    let inner = parts[(place + 1)...].dropLast().joined(separator: ".")
    let tail: String
    switch (inner, kind) {
    case ("norm1", _), ("norms.0", _): tail = "attentions.0.norm.\(kind)"
    case ("norm2", _), ("norms.1", _): tail = "ffns.0.norm.\(kind)"
    case ("attentions.0.attn", "in_proj_weight"): tail = "attentions.0.attn.qkv.weight"
    case ("attentions.0.attn", "in_proj_bias"): tail = "attentions.0.attn.qkv.bias"
    case ("attn.qkv", _): tail = "attentions.0.attn.qkv.\(kind)"
    case ("attentions.0.attn.out_proj", _), ("attn.proj", _): tail = "attentions.0.attn.proj.\(kind)"
    case ("mlp.fc1", _), ("ffns.0.layers.0.0", _): tail = "ffns.0.layers.0.0.\(kind)"
    case ("mlp.fc2", _), ("ffns.0.layers.1", _): tail = "ffns.0.layers.1.\(kind)"
    default: return nil
    }
    let stack = configuration.attention == .factorized ? "transformer_layers.0.layers" : "transformer_layers.layers"
    return "\(stack).\(parts[place]).\(tail)"
  }

  private func addCopies(_ weights: inout [String: Tensor]) {
    for (name, value) in weights {
      let zeros = Tensor.zeros(value.shape)
      switch configuration.attention {
      case .divided where name.contains(".attentions.0."):
        weights[name.replacing(".attentions.0.", with: ".attentions.1.")] = copy == .repositoryZeros ? zeros : value
        if copy == .zeros { weights[name] = zeros }
      case .factorized where name.hasPrefix("transformer_layers.0."):
        guard let block = Int(name.split(separator: ".")[3]), block < configuration.temporalDepth else { continue }
        weights[name.replacing("transformer_layers.0.", with: "transformer_layers.1.")] =
          copy == .repeat ? value : zeros
      default: continue
      }
    }
  }

  private func inflated(_ filters: Tensor) -> Tensor {
    guard let length = configuration.tubeletSize, filters.shape.rank == 4 else { return filters }
    let frame = filters.shape[2] * filters.shape[3]
    var shape = filters.shape.dimensions
    shape.insert(length, at: 2)
    return Tensor(Shape(shape)) { elements in
      filters.withFloats { source in
        for plane in 0..<filters.shape[0] * filters.shape[1] {
          for step in 0..<length where inflation == .average || step == length / 2 {
            for place in 0..<frame {
              let value = source[plane * frame + place]
              elements[(plane * length + step) * frame + place] = inflation == .average ? value / Float(length) : value
            }
          }
        }
      }
    }
  }
}
