internal import SluicePlatform

/// Where two sets of samples differ.
public struct DatasetDifference: Sendable, Hashable {
  /// The first place, with both values, as a sentence without its end; `nil` if the sets are the same.
  public let first: String?
  /// The numbers, from 0, of the samples that may be others and are.
  public let tolerated: [Int]

  package init(first: String?, tolerated: [Int]) {
    self.first = first
    self.tolerated = tolerated
  }
}

extension DatasetManifest {
  /// How this set differs from `earlier`.
  ///
  /// Folders in front of all paths of one of them do not count: the data has moved.
  /// - Parameter tolerable: the numbers, from 0, of samples that may be others, as those are that could never be read.
  public func difference(
    from earlier: DatasetManifest, tolerating tolerable: Set<Int> = []
  ) -> DatasetDifference {
    if let head = headDifference(from: earlier) { return DatasetDifference(first: head, tolerated: []) }
    let (own, other) = (samples.split(separator: 0x0A), earlier.samples.split(separator: 0x0A))
    let common = 0..<min(own.count, other.count)
    // The first sample that counts says whether the data has moved; all others must have moved as well.
    let reference = common.first { !tolerable.contains($0) }
    let move = reference.flatMap { PathMove(from: other[$0], to: own[$0]) }
    func isSame(_ number: Int) -> Bool {
      move?.relates(other[number], own[number]) ?? (own[number] == other[number])
    }
    let differing = common.filter { !isSame($0) }
    if let first = differing.first(where: { !tolerable.contains($0) }) {
      return DatasetDifference(first: sampleDifference(first, other[first], own[first], earlier.count), tolerated: [])
    }
    guard own.count == other.count else {
      let (now, before) = (own.dropFirst(common.count).first, other.dropFirst(common.count).first)
      return DatasetDifference(first: sampleDifference(common.count, before, now, earlier.count), tolerated: [])
    }
    return DatasetDifference(first: nil, tolerated: differing)
  }

  private func sampleDifference(
    _ number: Int, _ before: ArraySlice<UInt8>?, _ now: ArraySlice<UInt8>?, _ earlierCount: Int
  ) -> String {
    let sample = "sample \(number + 1)"
    return switch (before.map(Self.shown), now.map(Self.shown)) {
    case (let before?, let now?): "\(sample) was \(before), it is \(now) now"
    case (let before?, nil): "\(sample) was \(before); there are \(count) now, not \(earlierCount)"
    case (_, let now): "\(sample) is \(now ?? "none"); there were \(earlierCount), now there are \(count)"
    }
  }

  /// The difference in what concerns the whole set.
  private func headDifference(from earlier: DatasetManifest) -> String? {
    if classes != earlier.classes { return Self.classDifference(earlier.classes, classes) }
    guard storage != earlier.storage, count == earlier.count else { return nil }
    let (before, now) = (Self.words(earlier.storage), Self.words(storage))
    return "frames were stored \(before), they are stored \(now) now"
  }

  private static func words(_ storage: [Storage]) -> String {
    let changes = storage.map { $0.change.map { "with " + $0 } ?? "as decoded" }
    return changes.count == 1
      ? changes[0] : zip(storage, changes).map { "\($0.count) \($1)" }.joined(separator: ", then ")
  }

  private static func classDifference(_ before: [UInt8], _ now: [UInt8]) -> String {
    let lists = [before, now].map { line in
      String(decoding: line, as: UTF8.self).split(separator: "\t", omittingEmptySubsequences: false).dropFirst()
        .map(String.init)
    }
    let (old, new) = (lists[0], lists[1])
    let number = (0..<max(old.count, new.count)).first { number in
      let mine = new.indices.contains(number) ? new[number] : nil
      let theirs = old.indices.contains(number) ? old[number] : nil
      return mine.map(ExactText.init) != theirs.map(ExactText.init)
    }
    // Holds: the lines differ.
    guard let number else { return "the manifest was written by another version" }
    func name(_ names: [String]) -> String { names.indices.contains(number) ? "“\(names[number])”" : "none" }
    func order(_ names: [String]) -> String {
      guard !names.isEmpty else { return "no names" }
      let start = max(0, number - 2)
      let shown = names[min(start, names.count)...].prefix(10).joined(separator: ", ")
      return (start > 0 ? "…, " : "") + shown + (names.count > start + 10 ? ", …" : "")
    }
    return "class \(number) was \(name(old)), it is \(name(new)) now (before: \(order(old)); now: \(order(new)))"
  }

  /// A sample's line for people.
  private static func shown(_ bytes: ArraySlice<UInt8>) -> String {
    let line = String(decoding: bytes, as: UTF8.self)
    let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
    guard columns.count >= 3 else { return "“\(line)”" }
    var text = "“\(columns[0])”"
    if !columns[1].isEmpty { text += " \(columns[1])" }
    text += columns[2].isEmpty ? " without label" : " label \(columns[2])"
    if columns.count > 3 { text += " caption “\(columns[3...].joined(separator: "”, “"))”" }
    return text
  }
}

/// Folders that stand in front of all paths of one of two sets and not of the other's.
private struct PathMove {
  private let folders: ArraySlice<UInt8>
  private let isLonger: Bool

  /// What makes one line of another; `nil` if they differ in more.
  init?(from before: ArraySlice<UInt8>, to now: ArraySlice<UInt8>) {
    isLonger = now.count > before.count
    let (long, short) = isLonger ? (now, before) : (before, now)
    folders = long.dropLast(short.count)
    guard folders.last == UInt8(ascii: "/"), long.dropFirst(folders.count) == short else { return nil }
  }

  func relates(_ before: ArraySlice<UInt8>, _ now: ArraySlice<UInt8>) -> Bool {
    let (long, short) = isLonger ? (now, before) : (before, now)
    return long.count == short.count + folders.count && long.starts(with: folders)
      && long.dropFirst(folders.count) == short
  }
}
