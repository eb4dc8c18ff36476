/// The tokens of a vocabulary as a tree of their bytes, so that the longest one at a place is found in one walk.
///
/// Tokens differ where their bytes do; `String` would take a composed “é” for one with an accent of its own.
struct TokenTrie: Sendable {
  // Nodes are numbered level by level. Edges `firstEdge[n] ..< firstEdge[n + 1]` leave node n, ordered by their byte;
  // edge e leads to node e + 1.
  private var firstEdge: [Int32] = []
  private var edgeBytes: [UInt8] = []
  /// The token that ends at each node; -1 if none does.
  private var tokens: [Int32] = []

  static let root = 0

  /// - Complexity: the bytes of all tokens, which are sorted first.
  init(_ texts: [String]) {
    let keys = texts.enumerated().map { (bytes: Array($1.utf8), token: Int32($0)) }
      .sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    // The keys that lie below each node, all of which begin with the node's `depth` bytes.
    var waiting = [(keys: keys.indices, depth: 0)]
    var node = 0
    while node < waiting.count {
      let (range, depth) = waiting[node]
      firstEdge.append(Int32(edgeBytes.count))
      var key = range.lowerBound
      var ending: Int32 = -1
      while key < range.upperBound, keys[key].bytes.count == depth {
        // Of equal tokens the later one counts.
        ending = max(ending, keys[key].token)
        key += 1
      }
      tokens.append(ending)
      while key < range.upperBound {
        let (first, byte) = (key, keys[key].bytes[depth])
        while key < range.upperBound, keys[key].bytes[depth] == byte { key += 1 }
        edgeBytes.append(byte)
        waiting.append((first..<key, depth + 1))
      }
      node += 1
    }
    firstEdge.append(Int32(edgeBytes.count))
  }

  /// The token that is exactly this text.
  func token(_ text: String) -> Int? {
    node(text).flatMap { tokens[$0] < 0 ? nil : Int(tokens[$0]) }
  }

  /// Where a walk along all of `text` ends; `nil` if no token begins with it.
  func node(_ text: String) -> Int? {
    var node = TokenTrie.root
    for byte in text.utf8 {
      guard let next = child(of: node, byte) else { return nil }
      node = next
    }
    return node
  }

  /// The longest token that begins at the lower bound of `range`, without what leads to `start`; never an empty one.
  func longestToken(in bytes: [UInt8], _ range: Range<Int>, from start: Int) -> (token: Int, end: Int)? {
    var found: (token: Int, end: Int)?
    var (node, index) = (start, range.lowerBound)
    while index < range.upperBound, let next = child(of: node, bytes[index]) {
      node = next
      index += 1
      if tokens[node] >= 0 { found = (Int(tokens[node]), index) }
    }
    return found
  }

  private func child(of node: Int, _ byte: UInt8) -> Int? {
    let end = Int(firstEdge[node + 1])
    var (low, high) = (Int(firstEdge[node]), end)
    while low < high {
      let middle = (low + high) / 2
      if edgeBytes[middle] < byte { low = middle + 1 } else { high = middle }
    }
    return low < end && edgeBytes[low] == byte ? low + 1 : nil
  }
}
