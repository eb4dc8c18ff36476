internal import SluiceCheckpoints
internal import SluiceNN
internal import SluiceReport
package import SluiceTraining

/// The results on several lists with classes of their own, and how far they are from each other.
package struct ListResults {
  private let lists: [(name: String, findings: EvaluationFindings)]

  package init(_ lists: some Sequence<(String, EvaluationFindings)>) {
    self.lists = lists.map { ($0, $1) }
  }

  private func result(of metric: String) -> MeanAndDeviation {
    MeanAndDeviation(of: lists.map { $0.findings[metric] ?? 0 })
  }

  /// The published figures first.
  private var lines: [String] {
    func line(_ prefix: String, _ name: String) -> String {
      "k600 \(lists.count) lists: top-1 \(result(of: prefix + "top1").text), top-5 \(result(of: prefix + "top5").text) (\(name))"
    }
    return lists.flatMap { list in list.findings.lines.map { "\(list.name): \($0)" } }
      + [line("reference_", "reference"), line("", "each clip once")]
  }

  package var findings: EvaluationFindings {
    let metrics = [("", ""), ("reference_", ", as published")].flatMap { prefix, addition in
      [1, 5].flatMap { depth -> [EvaluationFindings.Metric] in
        let result = result(of: "\(prefix)top\(depth)")
        return [
          .init("\(prefix)top\(depth)", result.mean, title: "top-\(depth), mean over lists\(addition)"),
          .init("\(prefix)top\(depth)_deviation", result.deviation, title: "deviation of top-\(depth)\(addition)"),
        ]
      }
    }
    let details = lists.map { list -> JSONValue in
      var members = list.findings.details
      for metric in list.findings.metrics { members[metric.name] = .number(metric.value) }
      members["data"] = .string(list.name)
      members["samples"] = .integer(list.findings.sampleCount)
      return .object(members)
    }
    return EvaluationFindings(
      sampleCount: lists.reduce(0) { $0 + $1.findings.sampleCount }, metrics: metrics, lines: lines,
      text: lists.map { "\($0.name)\n\($0.findings.text)" }.joined(separator: "\n\n"),
      details: ["protocol": .string(EvaluationProtocol.k600.rawValue), "lists": .array(details)],
      sections: lists.flatMap { list in
        list.findings.sections.map { Report.Section("\($0.title) of \(list.name)", $0.parts) }
      })
  }
}
