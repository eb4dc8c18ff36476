import SluiceFlow
import Testing

@Suite struct PullStateTests {
  /// Every short sequence of events against what callers may rely on.
  @Test func everySequenceOfEventsKeepsItsPromises() {
    enum Event: CaseIterable { case block, unblock, wait, cancel, arrive, end, close, poll }
    var count = 0

    struct World {
      var state = PullState<Int, Int>()
      var threads = 0
      var waiting: [Int] = []
      var ids: [Int: Int] = [:]
      var pulled = 0
      var given: [Int] = []
      var dropped: [Int] = []
      var isPulling = false
      var isOver = false
      var names = 0
    }

    func explore(_ world: World, depth: Int) {
      count += 1
      // An element is neither given twice nor lost while the run is open.
      #expect(Set(world.given).count == world.given.count)
      #expect(world.given == world.given.sorted())
      guard depth < 6 else { return }
      for event in Event.allCases {
        var world = world
        switch event {
        case .block:
          if world.state.block() {
            #expect(!world.isPulling && !world.isOver)
            world.isPulling = true
          }
          world.threads += 1
        case .unblock:
          guard world.threads > 0 else { continue }
          world.state.unblock()
          world.threads -= 1
        case .wait:
          guard case .wait = world.state.poll() else { continue }
          world.names += 1
          let (id, begins) = world.state.wait(world.names)
          world.ids[world.names] = id
          world.waiting.append(world.names)
          if begins {
            #expect(!world.isPulling && !world.isOver)
            world.isPulling = true
          }
          // Whoever waits is pulled for.
          #expect(world.isPulling)
        case .cancel:
          guard let first = world.waiting.first, let id = world.ids[first] else { continue }
          #expect(world.state.cancel(id) == first && world.state.cancel(id) == nil)
          world.waiting.removeFirst()
        case .arrive:
          guard world.isPulling else { continue }
          let (receiver, pullsOn) = world.state.arrive(world.pulled)
          #expect(receiver == (world.isOver ? nil : world.waiting.first))
          if receiver != nil {
            world.waiting.removeFirst()
            world.given.append(world.pulled)
          } else if world.isOver {
            world.dropped.append(world.pulled)
          }
          world.pulled += 1
          world.isPulling = pullsOn
          #expect(pullsOn || world.waiting.isEmpty)
        case .end:
          guard world.isPulling else { continue }
          #expect(world.state.end(nil) == (world.isOver ? [] : world.waiting))
          world.waiting = []
          world.isPulling = false
          world.isOver = true
        case .close:
          #expect(world.state.close() == world.waiting)
          world.waiting = []
          world.isOver = true
          guard case .end(nil) = world.state.poll() else {
            Issue.record("a closed state gives elements")
            continue
          }
        case .poll:
          switch world.state.poll() {
          case .element(let element): world.given.append(element)
          case .end: #expect(!world.state.isOpen)
          case .wait: #expect(world.state.isOpen)
          }
        }
        explore(world, depth: depth + 1)
      }
    }
    explore(World(), depth: 0)
    #expect(count > 10_000)
  }
}
