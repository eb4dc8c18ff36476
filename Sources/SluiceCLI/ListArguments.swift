internal import ArgumentParser
internal import SluiceDatasets
internal import SluiceDecode

/// Where relative paths begin.
struct RootArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The folder that relative paths of lists begin at (default: the working directory).", valueName: "dir"))
  var root: String?
}

/// How lists are written.
struct ListFormatArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How lists are written, where their content does not tell: \(AnnotationFormat.all.map(\.name).joined(separator: ", ")).",
      valueName: "name"))
  var format: String?

  mutating func validate() throws { try ListFormatArguments.check(format, option: "--format") }

  /// - Throws: `ValidationError` if no format of lists has that name.
  static func check(_ format: String?, option: String) throws {
    do throws(UnknownFormatError) {
      if let format { _ = try AnnotationFormat.named(format) }
    } catch {
      throw ValidationError("\(option): \(error)")
    }
  }
}

/// How lists are read; shared by the commands that take some and print nothing in formats of their own.
struct ListArguments: ParsableArguments {
  @OptionGroup
  private var base: RootArguments

  @OptionGroup
  private var writing: ListFormatArguments

  var root: String? { base.root }
  var format: String? { writing.format }

  /// Reads a list.
  /// - Throws: ``DatasetListError`` with file and line.
  func list(_ path: String) throws -> DatasetList {
    try DatasetList(
      contentsOf: path, root: root, format: try format.flatMap { try AnnotationFormat.named($0) },
      probe: MediaFacts.init(opening:))
  }
}

/// Which class has which number.
struct ClassArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Class names and their numbers: JSON, CSV (id,name), or a text with a name on each line.", valueName: "file"))
  var classes: String?

  /// The class map, if one was given.
  func map() throws -> ClassMap? { try classes.map { try ClassMap(contentsOf: $0) } }
}
