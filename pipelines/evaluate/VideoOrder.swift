internal import SluiceDatasets

/// What tells videos of a test set apart: the number in the name of each file, as `video7010.mp4` has it, or else its path.
struct VideoOrder {
  private let names: [String]
  /// `nil` unless every name has a number.
  private let numbers: [Int]?

  init(_ names: [String]) {
    self.names = names
    let numbers = names.map(VideoOrder.number(of:))
    self.numbers = numbers.contains(nil) ? nil : numbers.compactMap(\.self)
  }

  /// The number at the end of a file's name without its extension; `nil` if there is none, or more digits before it.
  static func number(of path: String) -> Int? {
    let file = path.split(separator: "/").last ?? ""
    let stem = file.lastIndex(of: ".").map { $0 > file.startIndex ? file[..<$0] : file } ?? file
    func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    let digits = stem.utf8.reversed().prefix(while: isDigit).count
    guard digits > 0, !stem.utf8.dropLast(digits).contains(where: isDigit) else { return nil }
    return Int(String(decoding: stem.utf8.suffix(digits), as: UTF8.self))
  }

  /// Where each video stands when all are sorted.
  /// - Parameter error: an error about the video of this index.
  /// - Throws: what `error` makes of the first video that is one of those before it.
  func positions(_ error: (Int, String) -> DatasetListError) throws(DatasetListError) -> [Int] {
    let order = names.indices.sorted { first, second in
      if let numbers { return (numbers[first], first) < (numbers[second], second) }
      let (one, other) = (names[first], names[second])
      if one.utf8.elementsEqual(other.utf8) { return first < second }
      return one.utf8.lexicographicallyPrecedes(other.utf8)
    }
    for (first, second) in zip(order, order.dropFirst()) {
      guard names[first].utf8.elementsEqual(names[second].utf8) || numbers.map({ $0[first] == $0[second] }) ?? false
      else { continue }
      throw error(second, sentence(first, second))
    }
    var positions = [Int](repeating: 0, count: names.count)
    for (position, index) in order.enumerated() { positions[index] = position }
    return positions
  }

  private func sentence(_ first: Int, _ second: Int) -> String {
    guard let numbers, !names[first].utf8.elementsEqual(names[second].utf8) else {
      return
        "\(names[second]) is there twice. Retrieval compares every video once: give it all its captions in one entry, or "
        + "take one out"
    }
    return
      "\(names[first]) and \(names[second]) are both video \(numbers[second]). Retrieval knows videos by the number in the "
      + "file's name: rename one, or take it out"
  }
}
