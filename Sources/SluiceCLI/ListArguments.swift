internal import ArgumentParser
internal import SluiceDatasets
internal import SluiceDecode

/// How lists are read; shared by all commands that take some.
struct ListArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The folder that relative paths of lists begin at (default: the working directory).", valueName: "dir"))
  var root: String?

  @Option(
    help: ArgumentHelp(
      "How lists are written, where their content does not tell: \(AnnotationFormat.all.map(\.name).joined(separator: ", ")).",
      valueName: "name"))
  var format: String?

  mutating func validate() throws {
    do throws(UnknownFormatError) {
      _ = try annotationFormat
    } catch {
      throw ValidationError("--format: \(error)")
    }
  }

  private var annotationFormat: AnnotationFormat? {
    get throws(UnknownFormatError) {
      guard let format else { return nil }
      return try AnnotationFormat.named(format)
    }
  }

  /// Reads a list.
  /// - Throws: ``DatasetListError`` with file and line.
  func list(_ path: String) throws -> DatasetList {
    try DatasetList(contentsOf: path, root: root, format: annotationFormat, probe: MediaFacts.init(opening:))
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
