/// Words that the merges of a random CLIP are learned from, and whose prompts are spread.
enum CommonWords {
  /// Each once; what the synthetic videos show is among them.
  static let all: [String] = {
    var known: Set<String> = []
    return (MotionClass.allCases.map(\.name) + SynthPipeline.lexicon + others).filter { known.insert($0).inserted }
  }()

  /// What merges are learned from: all twice, for what is there only once is not joined.
  static let sentences: [String] = {
    let prompts = all.map { "this is a video about \($0)" }
    return prompts + prompts
  }()

  private static let others: [String] = [
    "left", "right", "up", "down", "circle", "square", "growing", "shrinking", "turning", "moving", "resting",
    "running", "walking", "jumping", "swimming", "dancing", "singing", "playing", "guitar", "piano", "riding",
    "a bike", "a horse", "archery", "cooking", "eating", "drinking", "reading", "writing", "drawing", "throwing",
    "catching", "a ball", "opening", "closing", "a door", "a book", "cutting", "fruit", "water", "people", "children",
    "dog", "cat", "bird", "car", "boat", "street", "house", "mountain", "beach", "snow", "rain", "red", "green",
    "blue", "yellow", "white", "black", "fast", "slow", "large", "small", "together",
  ]
}
