internal import ArgumentParser
internal import SluiceBench
internal import SluiceDatasets
internal import SluiceDecode
internal import SluicePlatform
internal import SluiceTraining

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

/// Which videos of lists are meant, and where they lie; shared by all commands that read lists.
struct ListSelectionArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Only the videos of the list, or of --data, that this file names: a table with a column video_id, or a name on "
        + "each line.",
      valueName: "file"))
  var only: String?

  @Option(
    help: ArgumentHelp(
      "How paths are made of the columns of WebVid's and MSR-VTT's tables, such as {page_dir}/{videoid}.mp4 or "
        + "'{videoid without its last 4 digits}/{videoid}.mp4'.", valueName: "template"))
  var pathTemplate: String?

  @Option(
    help: ArgumentHelp(
      "How the images of folders are named, such as img_{:05d}.jpg, numbered from 1; a missing one is shown as the first "
        + "(default: any names, in their order).", valueName: "template"))
  var imageTemplate: String?

  @Option(
    help: ArgumentHelp(
      "Frames per second of folders of images, for lists that count in seconds, as Charades' (default: 24).",
      valueName: "rate"), in: NumberRange(1e-3...1000))
  var listFps: Double?

  func validate() throws { _ = (try template, try images) }

  /// How images are named, if that was said.
  var images: ImageTemplate? {
    get throws {
      do throws(ImageTemplateError) {
        return if let imageTemplate { try ImageTemplate(imageTemplate) } else { nil }
      } catch {
        throw ValidationError("--image-template \(error.template): \(error.reason)")
      }
    }
  }

  /// Puts what was said into a request.
  func fill(_ request: inout RunRequest) {
    (request.only, request.pathTemplate) = (only, pathTemplate)
    (request.imageTemplate, request.listRate) = (imageTemplate, listFps)
  }

  /// The template, if one was given.
  var template: PathTemplate? {
    get throws {
      do throws(PathTemplateError) {
        return if let pathTemplate { try PathTemplate(pathTemplate) } else { nil }
      } catch {
        throw ValidationError("--path-template \(error.template): \(error.reason)")
      }
    }
  }
}

/// How lists are read; shared by the commands that take some and print nothing in formats of their own.
struct ListArguments: ParsableArguments {
  @OptionGroup
  private var base: RootArguments

  @OptionGroup
  private var writing: ListFormatArguments

  @OptionGroup
  var selection: ListSelectionArguments

  var root: String? { base.root }
  var format: String? { writing.format }
  var only: String? { selection.only }
  var pathTemplate: String? { selection.pathTemplate }

  /// Reads a list.
  /// - Throws: ``DatasetListError`` with file and line.
  func list(_ path: String) throws -> DatasetList {
    try DatasetList(
      contentsOf: path, root: root, format: try format.flatMap { try AnnotationFormat.named($0) },
      only: try only.map(VideoSelection.init(contentsOf:)), pathTemplate: try selection.template,
      imageTemplate: try selection.images, frameRate: selection.listFps, probe: MediaFacts.init(opening:))
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
