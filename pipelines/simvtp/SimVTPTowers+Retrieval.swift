internal import SluiceForward
public import SluiceModels
public import SluiceSamples
public import SluiceTensor

extension SimVTPTowers: RetrievalTowers {
  public func videoFeatures(of clips: Tensor) throws -> Tensor { try videoFeatures(of: clips, .evaluation) }

  public func textFeatures(of texts: PaddedTexts) throws -> Tensor { try textFeatures(of: texts, .evaluation) }
}
