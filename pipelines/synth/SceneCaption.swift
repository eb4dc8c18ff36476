internal import SluicePlatform

// Sentences
extension SceneFacts {
  /// Sentences that say the same in different words, each with another order of its parts.
  /// - Parameters:
  ///   - count: how many, at most five.
  ///   - base: the set's key; the same clip of the same set is always described alike.
  package func captions(_ count: Int, base: Int, number: Int) -> [String] {
    var random = KeyedRandom(seed: UInt64(bitPattern: Int64(base)), epoch: 0, sample: number, stage: "synth captions")
    return random.shuffled(Array(0..<5)).prefix(count).map { order in
      let moves = motion.phrases[random.integer(in: 0...motion.phrases.count - 1)]
      let there = place.phrases[random.integer(in: 0...place.phrases.count - 1)]
      let thing = "\(color == .orange ? "an" : "a") \(color) \(shape)"
      return switch order {
      case 0: "\(thing) \(moves) \(there)"
      case 1: "\(thing) \(there) \(moves)"
      case 2: "\(there), \(thing) \(moves)"
      case 3: "the \(shape) \(there) is \(color) and \(moves)"
      default: "there is \(thing) \(there): it \(moves)"
      }
    }
  }
}

extension ScenePlace {
  fileprivate var phrases: [String] {
    switch self {
    case .left: ["on the left", "at the left edge"]
    case .right: ["on the right", "at the right edge"]
    case .top: ["at the top", "in the upper part"]
    case .bottom: ["at the bottom", "in the lower part"]
    case .middle: ["in the middle", "in the center"]
    }
  }
}

extension MotionClass {
  /// How a caption says it.
  var phrases: [String] {
    switch self {
    case .left: ["moves left", "slides to the left"]
    case .right: ["moves right", "slides to the right"]
    case .up: ["moves up", "rises"]
    case .down: ["moves down", "sinks"]
    case .clockwise: ["turns clockwise", "spins clockwise"]
    case .counterclockwise: ["turns counterclockwise", "spins counterclockwise"]
    case .approach: ["grows", "comes closer"]
    case .recede: ["shrinks", "goes away"]
    }
  }
}
