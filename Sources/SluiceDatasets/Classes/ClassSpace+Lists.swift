/// How many labels a use of a list needs on each line.
public enum LabelNeed: Sendable {
  /// None; those that are there must be classes all the same.
  case any
  /// At least one.
  case some
  /// Exactly one.
  case one
}

extension ClassSpace {
  /// The class numbers of every item.
  /// - Throws: ``DatasetListError`` for the first item that has no usable label, and how many further ones there are.
  public func labels(of list: DatasetList, wanting need: LabelNeed = .any) throws(DatasetListError) -> ClassLabels {
    var labels = ClassLabels()
    for (index, item) in list.items.enumerated() {
      do throws(LabelProblem) {
        labels.append(try numbers(of: item.labels, wanting: need))
      } catch {
        let further = list.items[(index + 1)...].count { problem(with: $0.labels, wanting: need) != nil }
        let like = further == 0 ? "" : " (and \(further) further line\(further == 1 ? "" : "s"))"
        throw list.error(item, error.reason + like)
      }
    }
    return labels
  }

  /// Every item that has no usable label, with its line.
  public func problems(in list: DatasetList, wanting need: LabelNeed = .any) -> [DatasetListError] {
    list.items.compactMap { item in problem(with: item.labels, wanting: need).map { list.error(item, $0) } }
  }

  /// What is wrong with the labels of one sample; `nil` if nothing is.
  private func problem(with labels: [DatasetLabel], wanting need: LabelNeed) -> String? {
    do throws(LabelProblem) {
      _ = try numbers(of: labels, wanting: need)
      return nil
    } catch {
      return error.reason
    }
  }

  /// The class numbers of one sample's labels.
  /// - Throws: ``LabelProblem`` for the first that is no class, or if there are too few or too many.
  public func numbers(of labels: [DatasetLabel], wanting need: LabelNeed = .any) throws(LabelProblem) -> [Int] {
    if labels.isEmpty, need != .any { throw LabelProblem(reason: "no label; wanted: `path label`") }
    if labels.count > 1, need == .one {
      let all = labels.map(\.description).joined(separator: ", ")
      throw LabelProblem(reason: "\(labels.count) labels (\(all)); one is wanted")
    }
    var numbers: [Int] = []
    for label in labels { numbers.append(try number(of: label)) }
    return numbers
  }

  /// What is odd about labels that are all right: classes without samples, numbers that seem to begin at 1.
  public func notes(on labels: ClassLabels) -> [String] {
    let counts = labels.counts(classCount: count)
    let missing = counts.indices.filter { counts[$0] == 0 }
    guard !missing.isEmpty, missing.count < count else { return [] }
    var notes: [String] = []
    if missing == [0], map.isEmpty {
      notes.append(
        "no sample has label 0, the others are 1 to \(count - 1). If \(origin) counts from 1, name its classes with "
          + "--classes (a map that begins at 1 is understood), or there is one class too many.")
    } else {
      let names = missing.prefix(5).map { map.isEmpty ? "\($0)" : "\($0) (\(map.name(of: $0)))" }
      notes.append(
        "\(missing.count) of \(count) classes have no sample: \(names.joined(separator: ", "))"
          + (missing.count > 5 ? " and \(missing.count - 5) more." : "."))
    }
    return notes
  }
}
