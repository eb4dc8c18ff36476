public import SluiceDatasets
public import SluiceFlow
public import SluiceSamples

/// A source of clips whose classes are known before anything is opened.
public protocol LabeledSource: Source where Output == ClipHandle {
  /// Class numbers of a sample, see ``ClipHandle/labels``.
  func labels(of index: Int) throws -> [Int]

  /// Sentences that describe a sample, see ``ClipHandle/captions``.
  func captions(of index: Int) throws -> [String]

  /// Adds the samples, in their order, to what tells this data from other data.
  func add(to manifest: inout DatasetManifest) throws
}
