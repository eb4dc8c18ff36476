/// Names and values of settings as versions before 0.1.0 wrote them, in today's.
enum LegacySettings {
  /// The settings of a run of any version in the names of this one.
  static func translated(_ settings: [String: String]) -> [String: String] {
    var settings = settings
    if let target = settings.removeValue(forKey: "run.target") { settings["recipe.target"] = target }
    if let rows = settings.removeValue(forKey: "model.factorisedClass") { settings["model.factorizedClass"] = rows }
    let filter = settings.removeValue(forKey: "recipe.filter")
    let antialias = settings.removeValue(forKey: "recipe.antialias")
    if filter != nil || antialias != nil {
      let name = filter ?? "bicubic"
      let resampling = antialias == "true" ? "antialiased" + name.prefix(1).uppercased() + name.dropFirst() : name
      settings["recipe.resampling"] = resampling
      settings["recipe.evaluationResampling"] = resampling
    }
    // Of the values of a whole run: classifiers were validated on the middle of each video, whatever their recipe.
    if settings["pipeline"] != nil, settings["recipe.learning"] != nil, settings["recipe.validation"] == nil {
      settings["recipe.validation"] = "center"
    }
    return settings
  }
}
