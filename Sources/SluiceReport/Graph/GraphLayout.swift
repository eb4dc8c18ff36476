internal import SluiceFlow

/// A graph as nested boxes: what follows what, and what stands beside what.
indirect enum GraphBlock: Equatable {
  /// A node by itself.
  case node(GraphDescription.Node)
  /// A node with others inside, in branches side by side.
  case group(GraphDescription.Node, branches: [[GraphBlock]])
  /// Streams that meet in the next node.
  case beside([[GraphBlock]])
}

extension GraphDescription {
  /// The blocks of the nodes directly inside `parent`, chain by chain: one chain unless the parent forks.
  func blocks(in parent: String?) -> [[GraphBlock]] {
    var chains: [[GraphBlock]] = []
    for node in nodes where node.parent == parent {
      let incoming = edges.filter { $0.to == node.name }
      let isEntry = incoming.isEmpty || incoming.contains { $0.from == parent && $0.from != node.name }
      if node.kind == .zip {
        let streams = Array(chains.suffix(incoming.count))
        chains.removeLast(streams.count)
        chains.append([.beside(streams)])
      } else if isEntry || chains.isEmpty {
        chains.append([])
      }
      chains[chains.count - 1].append(block(of: node))
    }
    return chains
  }

  private func block(of node: Node) -> GraphBlock {
    let branches = blocks(in: node.name)
    return branches.isEmpty ? .node(node) : .group(node, branches: branches)
  }
}
