/// One way back through a record: gradients under way, and the leaves that still wait for some.
///
/// A leaf is done as soon as all operations that read it are behind, which the pass knows by counting: only then its
/// gradient, added up on the way, reaches its slot. What a recomputed part reads is among the operands of its node, so
/// that leaves used inside and outside of such parts are counted too.
final class BackwardPass {
  private typealias Key = ObjectIdentifier

  /// The sum of the gradients that have reached a node.
  private var pending: [Key: Tensor] = [:]
  /// Operations yet to come that read a leaf.
  private var uses: [Key: Int] = [:]
  /// Nodes that have their turn in this pass or in the one around it.
  private var scheduled: Set<Key> = []
  private let leafDone: ((Parameter) -> Void)?

  /// - Parameter leafDone: called with each parameter whose gradient is complete.
  init(leafDone: ((Parameter) -> Void)? = nil) {
    self.leafDone = leafDone
  }

  /// Brings `roots` with their gradients back to all leaves.
  func run(from roots: [(node: Node, gradient: Tensor)]) {
    run(from: roots, releasing: [])
    precondition(pending.isEmpty, "backward: a recomputed part read what it had not read the first time")
  }

  /// - Parameter readers: leaves the part that is recomputed reads: it counts for them by its own operations now.
  private func run(from roots: [(node: Node, gradient: Tensor)], releasing readers: ArraySlice<Node?>) {
    let order = schedule(roots.map(\.node))
    for reader in readers { release(reader) }
    for root in roots {
      add(root.gradient, to: root.node)
      release(root.node)
    }
    for node in order { step(back: node) }
    for node in order { scheduled.remove(Key(node)) }
  }

  private func step(back node: Node) {
    var parents = node.parents[...]
    if let gradient = pending.removeValue(forKey: Key(node)) {
      switch node.takeWork() {
      case .operation(let backward):
        let timer = OperationTimer.start()
        let gradients = backward(gradient)
        timer?.stop(node.operation, isBackward: true)
        for (parent, gradient) in zip(parents, gradients) {
          if let parent, let gradient { add(gradient, to: parent) }
        }
      case .recomputation(let recomputation):
        let (result, input) = recomputation()
        if let root = result.node {
          run(from: [(root, gradient)], releasing: parents.dropFirst())
          parents = parents.prefix(1)
        }
        if let parent = node.parents[0], let gradient = input.value { add(gradient, to: parent) }
      case nil:
        preconditionFailure("backward went through \(node.operation) before: its record is used up")
      }
    }
    for parent in parents { release(parent) }
  }

  private func add(_ gradient: consuming Tensor, to node: Node) {
    let gradient = gradient
    pending[Key(node)] = pending.removeValue(forKey: Key(node)).map { $0.sum(consuming: gradient) } ?? gradient
  }

  /// One operation fewer that reads `node`, if it is a leaf.
  private func release(_ node: Node?) {
    guard let node, node.slot != nil, let count = uses[Key(node)] else { return }
    if count > 1 {
      uses[Key(node)] = count - 1
    } else {
      finish(node)
    }
  }

  private func finish(_ leaf: Node) {
    uses[Key(leaf)] = nil
    guard let slot = leaf.slot else { return }
    if let gradient = pending.removeValue(forKey: Key(leaf)) { slot.add(gradient) }
    if let leafDone, let parameter = slot.owner { leafDone(parameter) }
  }

  /// `roots` and all operations they were computed from that have no turn yet, each before its operands; counts the uses
  /// of leaves on the way.
  private func schedule(_ roots: [Node]) -> [Node] {
    var order: [Node] = []
    // To begin at a leaf is a use of it.
    for root in roots where root.slot != nil { uses[Key(root), default: 0] += 1 }
    for root in roots where root.slot == nil && scheduled.insert(Key(root)).inserted {
      // Depth first without recursion: records are thousands of operations deep.
      var path: [(node: Node, next: Int)] = [(root, 0)]
      while let (node, next) = path.last {
        guard next < node.parents.count else {
          order.append(node)
          path.removeLast()
          continue
        }
        path[path.count - 1].next += 1
        guard let parent = node.parents[next] else { continue }
        if parent.slot != nil {
          uses[Key(parent), default: 0] += 1
        } else if scheduled.insert(Key(parent)).inserted {
          path.append((parent, 0))
        }
      }
    }
    return order.reversed()
  }
}
