package import SluiceAugment
package import SluiceTraining

extension EvaluationViews.Crops {
  /// What cuts each of the crops out of a resized frame, `size` pixels on a side: of three the left, the right and the middle
  /// one, of five the corners and the middle, of ten each of these with its mirror image behind it.
  package func operations(size: Int) -> [[AugmentOperation]] {
    let corners: [QuarterPlace] = [.topLeft, .topRight, .bottomLeft, .bottomRight, .center]
    func crop(_ place: QuarterPlace) -> [AugmentOperation] { [.quarterCrop(size, place)] }
    switch self {
    case .center: return [[.centerCrop(size)]]
    case .three: return [QuarterPlace.left, .right, .center].map(crop)
    case .five: return corners.map(crop)
    case .ten: return corners.flatMap { [crop($0), crop($0) + [.flip(probability: 1)]] }
    }
  }
}
