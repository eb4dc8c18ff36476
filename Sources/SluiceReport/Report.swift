public import SluiceFlow

/// A page about a run: a title, a sentence that sums it up, and sections.
///
/// ```swift
/// let report = Report("My run", summary: "Loss fell from 0.8 to 0.05 in 150 steps.", sections: [
///   .init("Loss", [.lines(LineChart("Training loss", x: "step", y: "loss", series: [losses]))]),
/// ])
/// let page = report.html   // one file: no network, no script, light and dark
/// ```
public struct Report: Sendable {
  public var title: String
  /// One or two sentences a reader in a hurry needs.
  public var summary: String
  public var sections: [Section]

  public init(_ title: String, summary: String, sections: [Section] = []) {
    self.title = title
    self.summary = summary
    self.sections = sections
  }

  /// A heading and what stands under it.
  public struct Section: Sendable {
    public var title: String
    public var parts: [Part]

    public init(_ title: String, _ parts: [Part]) {
      self.title = title
      self.parts = parts
    }
  }

  /// Something a section holds.
  public enum Part: Sendable {
    /// A paragraph.
    case text(String)
    /// Curves over a common axis.
    case lines(LineChart)
    /// Accuracies of several runs beside chance.
    case accuracies(AccuracyTable)
    /// Accuracies class by class.
    case classes(ClassTable)
    /// What was taken for what.
    case confusion(ConfusionMatrix)
    /// What each stage of a run did, and what limits the run.
    case stages(RunMetrics, GraphDescription)
    /// A pipeline's graph.
    case graph(GraphDescription)
    /// Rows of images.
    case images(ImageRows)
    /// Any other table.
    case table(DataTable)
    /// Commands to be typed.
    case commands([Command])
  }
}
