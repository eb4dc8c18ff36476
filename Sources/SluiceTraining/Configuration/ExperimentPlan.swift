/// What a configuration file of another program says about a run besides its settings and data.
public struct ExperimentPlan: Sendable, Equatable {
  /// Where the run is left unless the command line says: a folder in which each run gets a number.
  public var folder: String?
  /// The run or checkpoint that is to be gone on with.
  public var resume: String?
  /// Another program's checkpoint, behind whose epochs the run begins.
  public var checkpoint: String?
  /// The settings of all branches that the file is about, by name; those of the system that is asked for are its request's.
  public var settings: [String: String] = [:]
  /// Phrases about the videos that are trained on, for a branch of the run that reads them.
  public var attributes: String?
  /// Phrases about the videos of the validation.
  public var validationAttributes: String?
  /// The name of the towers that the file is for.
  public var architecture: String?
  /// Whether nothing is trained, and what it begins with is evaluated.
  public var isEvaluation: Bool = false
  /// What is not as one may think, a sentence each: keys without an effect.
  public var notes: [String] = []

  /// Nothing.
  public init() {}
}
