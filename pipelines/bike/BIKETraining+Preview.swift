public import SluiceFlow
public import SluiceReport

extension BIKETraining {
  /// A few clips, and how much each frame counts for the class that the clip is taken for.
  public func shownSamples(_ options: RunOptions) async throws -> [Report.Part] {
    try await saliencyParts(of: input.clips, options)
  }
}
