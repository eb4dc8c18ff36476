/// Codecs of whose packets only the container says which are key frames.
struct KeyedSyntax: StreamSyntax {
  let history = HeaderHistory()
  let order: CodecOrder
  let doubt: String?
  /// Whether each packet stands for itself.
  private let isIntraOnly: Bool

  init(order: CodecOrder, isIntraOnly: Bool = false, doubt: String? = nil) {
    self.order = order
    self.isIntraOnly = isIntraOnly
    self.doubt = doubt
  }

  mutating func readHeaders(_ bytes: Span<UInt8>, in packet: Int) {}

  mutating func read(_ bytes: Span<UInt8>, number: Int, isKey: Bool) -> PacketFacts {
    if isIntraOnly { return PacketFacts(traits: [.start, .complete, .unreferenced], order: Int64(number)) }
    return PacketFacts(traits: isKey ? [.start, .complete] : [], order: Int64(number))
  }
}
