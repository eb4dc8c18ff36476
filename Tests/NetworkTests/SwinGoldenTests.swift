import SluiceCheckpoints
import SluiceModels
import SluiceNN
import SluiceTensor
import TestSupport
import Testing

@Suite struct SwinGoldenTests {
  @Test func distancesWithinWindowsAreTheReferences() throws {
    try Golden.each("bevt.rel_pos_index") { file, check in
      for (name, entry) in try #require(file.config["entries"].object) where check.wants("output.\(name)") {
        let window = try GridStride(entry["window"])
        let part = try #require(entry["part"].string)
        let count = window.count
        if part.hasPrefix("first"), let first = Int(part.dropFirst("first".count)) {
          try check("output.\(name)", WindowAttention.distances(in: window, first: first), shape: [first, first])
          continue
        }
        let all = WindowAttention.distances(in: window, first: count)
        switch part {
        case "all": try check("output.\(name)", all, shape: [count, count])
        case "checksum":
          let sum = all.enumerated().reduce(0) { $0 + $1.element * ($1.offset % 9973 + 1) }
          try check("output.\(name)", [sum])
        case _ where part.hasPrefix("row"):
          let row = try #require(Int(part.dropFirst(3)))
          try check("output.\(name)", Array(all[row * count..<(row + 1) * count]))
        case _ where part.hasPrefix("col"):
          let column = try #require(Int(part.dropFirst(3)))
          try check("output.\(name)", (0..<count).map { all[$0 * count + column] })
        default: Issue.record("unknown part \(part)")
        }
      }
    }
  }

  @Test func masksOfShiftedWindowsAreTheReferences() throws {
    try Golden.each("bevt.window_masks") { file, check in
      for (number, entry) in try #require(file.config["cases_3d"].array).enumerated() {
        let (grid, window) = (try GridStride(entry["size"]), try GridStride(entry["window"]))
        let plan = WindowPlan.video(grid: grid, window: window, isShifted: true)
        #expect(try GridStride(entry["used_window"]).count == plan.tokenCount)
        #expect(try GridStride(entry["padded"]).count == plan.windows.count)
        #expect(try GridStride(entry["used_shift"]) == WindowPlan.shift(of: grid, window: window))
        let (count, mask) = (plan.tokenCount, plan.mask?.floats ?? [])
        try check("output.mask\(number)", mask, shape: [plan.windowCount, count, count])
        try check("output.mask\(number)_last_window", Array(mask.suffix(count * count)), shape: [count, count])
        let hidden = (0..<plan.windowCount).map { window in
          mask[window * count * count..<(window + 1) * count * count].count { $0 != 0 }
        }
        try check("output.mask\(number)_window_class_counts", hidden)
      }
      for (number, entry) in try #require(file.config["cases_2d"].array).enumerated() {
        let grid = GridStride(1, try #require(entry["H"].int), try #require(entry["W"].int))
        let plan = WindowPlan.image(
          grid: grid, window: try #require(entry["window"].int), isShifted: false, masksUnshifted: true)
        #expect(entry["shift"].int == (entry["window"].int ?? 0) / 2)
        try check(
          "output.mask2d_\(number)", try #require(plan.mask).floats,
          shape: [plan.windowCount, plan.tokenCount, plan.tokenCount])
      }
    }
  }

  @Test func windowsAreInTheReferencesOrder() throws {
    try Golden.each("bevt.window_partition") { file, check in
      let window = try GridStride(file.config["window"])
      let side = try #require(file.config["img_window"].int)
      let (clip, image) = (try file.tensor("input.x"), try file.tensor("input.x_img"))
      let (video, still) = (
        WindowPlan.video(grid: clip.grid, window: window, isShifted: false),
        WindowPlan.image(grid: image.grid, window: side, isShifted: false, masksUnshifted: true)
      )
      var largest: Float = 0
      for (key, tensor, plan) in [("windows", clip, video), ("windows_img", image, still)] {
        let tokens = tensor.tokens
        let windows = tokens.rearranged(by: plan.windows)
        let width = tensor.shape[-1]
        try check(
          "output.\(key)", windows.floats, shape: [tensor.shape[0] * plan.windowCount, plan.tokenCount, width])
        let back = windows.rearranged(by: plan.windows.inverse)
        largest = zip(back.floats, tokens.floats).reduce(largest) { max($0, abs($1.0 - $1.1)) }
      }
      try check("output.reverse_max_error", [largest])
    }
  }

  @Test(arguments: ["bevt.patch_embed3d", "bevt.patch_embed2d"]) func patchesAreTheReferences(_ kind: String) throws {
    try Golden.each(kind) { file, check in
      let isImage = kind.hasSuffix("2d")
      var shape = SwinConfiguration(dimension: try #require(file.config["embed_dim"].int), depths: [1], headCounts: [1])
      shape.patch =
        try isImage
        ? GridStride(1, file.config["patch_size"].side, file.config["patch_size"].side)
        : GridStride(file.config["patch_size"])
      shape.normalizesPatches = file.config["norm"].bool ?? true
      let store = ParameterStore()
      let patches = SwinPatches(ParameterScope(store), shape, isImage: isImage)
      try checkLayer(file, check, store) { input in
        let stored = input.shape.dimensions
        let clips = isImage ? input.reshaped(stored[0], stored[1], 1, stored[2], stored[3]) : input
        let grid = patches.grid(of: clips)
        let map = patches(clips).permuted(0, 2, 1)
        return isImage
          ? map.reshaped(stored[0], -1, grid.height, grid.width)
          : map.reshaped(stored[0], -1, grid.time, grid.height, grid.width)
      }
    }
  }

  @Test func mergingIsTheReferences() throws {
    try Golden.each("bevt.patch_merging") { file, check in
      let store = ParameterStore()
      let merging = PatchMerging(ParameterScope(store), width: try #require(file.config["dim"].int))
      try checkLayer(file, check, store) { input in
        let grid = PatchMerging.result(of: input.grid)
        return merging(input.tokens, grid: input.grid).reshaped(like: input, grid: grid)
      }
    }
  }

  @Test func windowAttentionIsTheReferences() throws {
    try Golden.each("bevt.window_attention") { file, check in
      let store = ParameterStore()
      let attention = WindowAttention(
        ParameterScope(store), width: try #require(file.config["dim"].int),
        headCount: try #require(file.config["num_heads"].int), window: try GridStride(file.config["window"]),
        hasQueryKeyValueBias: file.has("param.qkv.bias"))
      let mask = try file.has("input.mask") ? file.tensor("input.mask") : nil
      try checkLayer(file, check, store) { input in
        attention(input, mask: mask.map { $0.reshaped($0.shape[0], 1, $0.shape[1], $0.shape[2]) })
      }
    }
  }

  @Test(arguments: ["bevt.block3d", "bevt.block2d"]) func blocksAreTheReferences(_ kind: String) throws {
    try Golden.each(kind) { file, check in
      let width = try #require(file.config["dim"].int)
      let window = try GridStride(file.config["window"])
      let heads = try #require(file.config["num_heads"].int)
      let shape = SwinConfiguration(
        dimension: width, depths: [1], headCounts: [heads], window: window,
        mlpRatio: try #require(file.config["mlp_ratio"].double))
      let store = ParameterStore()
      let block = SwinBlock(ParameterScope(store), shape, width: width, headCount: heads, dropRate: 0)
      let isShifted = try file.config["shifted"].bool ?? GridStride(file.config["shift"]).hasExtent
      try checkLayer(file, check, store) { input in
        let plan =
          kind.hasSuffix("3d")
          ? WindowPlan.video(grid: input.grid, window: window, isShifted: isShifted)
          : .image(grid: input.grid, window: window.height, isShifted: isShifted, masksUnshifted: true)
        return block(input.tokens, plan, .evaluation).reshaped(like: input, grid: input.grid)
      }
    }
  }

  @Test(arguments: Precision.allCases) func theNetworkIsTheReferences(_ precision: Precision) throws {
    try Golden.each("bevt.swin3d", precision: precision) { file, check in
      let model = try VideoSwin(SwinConfiguration(file.config))
      var pass = ForwardPass.evaluation
      if file.has("input.keep") {
        let (keep, count) = (try file.floats("input.keep"), try file.shape("input.keep")[1])
        let rows = Rows(keep.map { $0 == 0 ? 0 : 0.999_999 }, width: count)
        pass = ForwardPass(training: { _ in rows.next() })
      }
      try checkLayer(file, check, model.parameters, name: { "backbone.\($0)" }) { input in
        let map = try model.map(of: input, pass)
        return map.tokens.permuted(0, 2, 1)
          .reshaped(input.shape[0], -1, map.grid.time, map.grid.height, map.grid.width)
      }
    }
  }
  @Test(arguments: ["bevt.bevt_video", "bevt.bevt_image"]) func eachStreamIsTheReferences(_ kind: String) throws {
    try Golden.each(kind) { file, check in
      let model = try BEVT(SwinConfiguration(file.config), vocabularySize: 2)
      let hidden = try file.bytes("input.mask")
      try checkLayer(file, check, model.parameters, name: { "backbone.\($0)" }, mode: .present) { input in
        guard kind.hasSuffix("image") else { return try model.clipFeatures(of: input, hidden: hidden) }
        let shape = input.shape.dimensions
        return try model.imageFeatures(of: input.reshaped(shape[0], 3, 1, shape[2], shape[3]), hidden: hidden)
      }
    }
  }
}
