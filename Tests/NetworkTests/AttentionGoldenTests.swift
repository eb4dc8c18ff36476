import SluiceModels
import SluiceNN
import SluiceTensor
import TestSupport
import Testing

@Suite struct AttentionGoldenTests {
  @Test func attentionMapsMatchTheReference() throws {
    try Golden.each("timesformer-vivit.attention_timesformer", "timesformer-vivit.attention_vivit") { file, check in
      let configuration = try SpaceTimeConfiguration(golden: file.config)
      let clips = try file.clips()
      let weights: Tensor
      if file.config["arch"].string == "vivit" {
        let model = try ViViT(configuration)
        try file.load(into: model.parameters)
        weights = try model.attentionWeights(of: clips)
      } else {
        let model = try TimeSformer(configuration)
        try file.load(into: model.parameters)
        weights = try model.attentionWeights(of: clips)
      }
      try check.tensor("output.attention", weights)
      guard check.wants("output.cls_to_patch") else { return }
      let patch = configuration.patchSize
      let (rows, columns) = (clips.shape[3] / patch, clips.shape[4] / patch)
      let maps = AttentionMap.maps(of: weights, rows: rows, columns: columns)
      let threshold = try #require(file.config["threshold"].double)
      try check("output.cls_to_patch", maps.flatMap(\.values))
      try check("output.keep_mask", maps.flatMap { $0.keeping(threshold) })
      let frame = clips.slice(0..<1, axis: 0).slice(0..<1, axis: 2).floats
      try check("output.overlay", maps[0].overlay(on: frame, patchSize: patch, share: threshold))
    }
  }

  @Test func severalViewsOfAVideoAreCountedOnce() throws {
    try Golden.each("timesformer-vivit.multi_crop_metrics") { file, check in
      let labels = try file.ints("input.label")
      let logits = try file.tensor("input.logits")
      let classes = logits.shape[2]
      let views = try #require(file.config["crops"].double).rounded()
      let mean = logits.reshaped(-1, classes).meanOverViews(Int(views))
      try check.tensor("output.mean_logits", mean)
      try check.tensor("output.softmax", mean.softmax())
      try check("output.cross_entropy", mean.crossEntropy(labels: labels).scalar)
      var counts = ClassificationCounts(classCount: classes)
      counts.add(logits: mean, labels: labels)
      try check("output.top1", counts.top1)
      try check("output.top5", counts.top5)
      #expect(counts.sampleCount == labels.count)
    }
  }
}
