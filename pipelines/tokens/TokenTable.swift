internal import SluiceCheckpoints
internal import SluicePlatform
public import SluiceSamples
internal import SluiceShards

/// A file of tokens of stored views: the words of all cells of all their frames, by whatever program they were made.
///
/// ```swift
/// let table = try TokenTable(opening: "tokens.safetensors")
/// let words = try table.words(of: 17)
/// ```
/// `shards/FORMAT.md` describes the file, and how to write one from any language.
public struct TokenTable: Sendable {
  /// Words of the largest vocabulary.
  static let largestVocabulary = 1 << 24

  /// Where it is.
  public let path: String
  /// What made the tokens, as the file says.
  public let tokenizer: String
  /// Words are numbers in `0 ..< vocabularySize`.
  public let vocabularySize: Int
  /// The identity of the views that the tokens are of.
  public let views: String
  /// The number of the first view that it has tokens of.
  public let first: Int
  /// Views that it has tokens of.
  public let count: Int
  /// Frames, rows and columns of cells of a view.
  public let grid: TokenGrid
  /// Whether each view's tokens have a checksum, as those have that Sluice wrote.
  public let isSealed: Bool

  private let file: SafetensorsFile
  private let tokens: TensorInfo
  private let checksums: TensorInfo?
  /// The views that it has tokens of, ascending; `nil`: ``count`` of them from ``first`` on.
  private let numbers: [Int]?

  /// Opens a file; its tokens are read when they are asked for.
  /// - Throws: an error that says what is wrong: a file that is cut off, is of another kind, or lacks something.
  public init(opening path: String) throws {
    let file = try SafetensorsFile(path: path)
    let about = try TableMetadata(of: file)
    guard let tokens = file["tokens"] else {
      let names = file.tensors.map(\.name).prefix(3).joined(separator: ", ")
      throw TableError(
        path, "there is no tensor “tokens”, but \(names.isEmpty ? "none at all" : names). It is no table of tokens.")
    }
    (self.path, self.file, self.tokens) = (path, file, tokens)
    views = try about.text("views")
    tokenizer = try about.text("tokenizer")
    guard tokenizer.count <= 200, !tokenizer.contains(where: \.isNewline) else {
      throw TableError(
        path, "its metadata “tokenizer” has \(tokenizer.count) letters; one line of at most 200 is wanted.")
    }
    vocabularySize = try about.number("vocabulary", in: 2...TokenTable.largestVocabulary)
    guard tokens.shape.count == 4, tokens.shape.allSatisfy({ $0 > 0 }) else {
      throw TableError(path, "tokens are \(tokens.shape); [views, frames, rows, columns] is wanted.")
    }
    guard !tokens.type.isFloatingPoint, tokens.type != .bool else {
      throw TableError(path, "tokens are \(tokens.type.rawValue); whole numbers are wanted, such as U16 or I64.")
    }
    count = tokens.shape[0]
    grid = TokenGrid(steps: tokens.shape[1], rows: tokens.shape[2], columns: tokens.shape[3])
    numbers = try TokenTable.numbers(in: file, count: count)
    first = try numbers?[0] ?? about.number("first", in: 0...Int(UInt32.max), missing: 0)
    checksums = file["checksums"]
    isSealed = checksums != nil
    if let checksums, checksums.shape != [count] || checksums.type != .uint32 {
      throw TableError(
        path,
        "checksums are \(checksums.type.rawValue) \(checksums.shape); U32 [\(count)], one for each view, is wanted.")
    }
  }

  /// - Throws: ``TableError`` if the numbers of the views are not one for each, ascending.
  private static func numbers(in file: SafetensorsFile, count: Int) throws -> [Int]? {
    guard let tensor = file["numbers"] else { return nil }
    guard tensor.shape == [count], tensor.type == .uint32 else {
      throw TableError(
        file.path,
        "numbers are \(tensor.type.rawValue) \(tensor.shape); U32 [\(count)], one for each view, is wanted.")
    }
    let numbers = try file.integers(tensor.name)
    if let index = numbers.indices.dropFirst().first(where: { numbers[$0] <= numbers[$0 - 1] }) {
      throw TableError(
        file.path,
        "its numbers of views are wanted ascending, and \(numbers[index]) follows \(numbers[index - 1]).")
    }
    return numbers
  }

  /// Where the tokens of a set are.
  public static func path(in directory: String) -> String { ShardSet.tokensPath(in: directory) }

  /// What tells these tokens from others: a checksum of the checksums.
  var digest: String {
    get throws {
      guard let checksums else { return "unsealed" }
      return try file.withBytes(of: checksums) { bytes in
        var sum = Checksum()
        sum.add(bytes)
        return sum.value.padded(to: 8, radix: 16)
      }
    }
  }

  /// The view that a row is of.
  func view(ofRow row: Int) -> Int { numbers?[row] ?? first + row }

  /// The last view that it has tokens of.
  private var last: Int { view(ofRow: count - 1) }

  /// The row of a view; `nil` if it has no tokens.
  func row(of view: Int) -> Int? {
    guard (first...last).contains(view) else { return nil }
    guard let numbers else { return view - first }
    var (low, high) = (0, count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if numbers[middle] <= view { low = middle } else { high = middle }
    }
    return numbers[low] == view ? low : nil
  }

  /// The words of a view, row-major `[frames, rows, columns]`.
  /// - Parameter view: its number among all views of the set.
  /// - Throws: ``TableError`` if the table has none of it, they do not have their checksum, or one is outside the vocabulary.
  public func words(of view: Int) throws -> [Int] {
    guard let row = row(of: view) else {
      let which = numbers == nil ? "views" : "\(count) of the views"
      throw TableError(path, "view \(view) has no tokens; there are some of \(which) \(first) to \(last).")
    }
    if let checksums {
      let found = try file.withBytes(ofRows: row..<row + 1, of: tokens) { bytes in
        var sum = Checksum()
        sum.add(bytes)
        return sum.value
      }
      guard try file.integers(ofRows: row..<row + 1, of: checksums)[0] == Int(found) else {
        throw TableError(path, "the tokens of view \(view) do not have their checksum. Add them again.")
      }
    }
    let words = try file.integers(ofRows: row..<row + 1, of: tokens)
    if let index = words.firstIndex(where: { !(0..<vocabularySize).contains($0) }) {
      let (frame, cell) = index.quotientAndRemainder(dividingBy: grid.rows * grid.columns)
      throw TableError(
        path,
        "view \(view), frame \(frame), row \(cell / grid.columns), column \(cell % grid.columns): word \(words[index]) is "
          + "outside the vocabulary of \(vocabularySize). Correct the table's vocabulary or its tokens.")
    }
    return words
  }

  /// Compares the table with the views that it is to be of.
  /// - Throws: ``TableError`` if it is of other views, or has other cells.
  func requireFit(to table: ViewTable) throws(TableError) {
    guard views == table.identity else {
      throw TableError(
        path,
        "its tokens are of views \(views.prefix(16)), and \(table.path) holds \(table.identity.prefix(16)). Write the views "
          + "by `sluice shards views`, and make tokens of those.")
    }
    let side = table.facts.cellsPerSide
    let wanted = TokenGrid(steps: table.facts.frameCount, rows: side, columns: side)
    guard grid == wanted else {
      throw TableError(
        path,
        "a view has \(grid) tokens (frames, rows, columns); \(wanted) are wanted, one for each cell of \(table.facts.cell) "
          + "pixels of \(table.facts.side).")
    }
    guard last < table.count else {
      throw TableError(path, "it has tokens up to view \(last), and there are \(table.count) views.")
    }
  }
}

extension TokenTable: CustomStringConvertible {
  /// What made them, on one line.
  public var description: String { "of \(count) views, \(vocabularySize) words of “\(tokenizer)”" }
}
