import Foundation
import SluiceCheckpoints
import SluiceFlow
import SluiceNN
import SluiceTensor
import TestSupport
import Testing

/// Files of others loaded into a small model of names that are easy to see.
@Suite struct PublishedWeightsTests {
  /// `stem.weight`, `blocks.N.norm.weight`, `table`, `head.weight` and `head.bias`.
  private func model(classCount: Int = 3, depth: Int = 4, tableRows: Int = 5) -> ParameterStore {
    let store = ParameterStore()
    let scope = ParameterScope(store)
    _ = scope.weight("stem.weight", [2, 2], .zeros)
    for block in 0..<depth { _ = scope["blocks.\(block)"].weight("norm.weight", [2], .zeros) }
    _ = scope.weight("table", [1, tableRows, 2], .zeros)
    _ = scope["head"].weight("weight", [classCount, 2], .constant(-1))
    _ = scope["head"].weight("bias", [classCount], .constant(-1))
    return store
  }

  private let head = HeadPolicy.parameters("head.*")

  /// The model's parameters with numbers that tell them apart.
  private func weights(_ first: Float = 1, classCount: Int = 3) -> [String: Tensor] {
    var weights: [String: Tensor] = [:]
    for (index, declaration) in model(classCount: classCount).declarations.enumerated() {
      weights[declaration.name] = Tensor(
        (0..<declaration.shape.count).map { first + Float(index) + Float($0) / 100 }, shape: declaration.shape)
    }
    return weights
  }

  private func open(_ tensors: [String: Tensor], _ choice: WeightsChoice = .raw) throws -> PublishedWeights {
    let path = FileManager.default.temporaryDirectory.appending(path: "sluice-weights-\(UUID()).safetensors").path
    try SafetensorsFile.write(tensors, to: path)
    // A mapped file outlives its name.
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try PublishedWeights(opening: path, choice: choice)
  }

  private func message(_ body: () throws -> Void) -> String {
    let error = #expect(throws: CheckpointError.self) { try body() }
    return error.map { "\($0)" } ?? ""
  }

  // Wrappers

  static let wrappers = [
    "state_dict/", "model/", "module/", "model_state/", "model_state_dict/", "net/", "whatever/", "module.",
    "_orig_mod.",
    "module.module.", "model.", "backbone.", "net.", "_forward_module.", "student.", "encoder/0/",
  ]

  @Test(arguments: wrappers, 1...3) func wrappersAreTakenOffToAnyDepth(_ wrapper: String, _ depth: Int) throws {
    for other in Self.wrappers {
      let prefix = (0..<depth).map { $0 % 2 == 0 ? wrapper : other }.joined()
      let store = model()
      var wrapped = Dictionary(uniqueKeysWithValues: weights().map { (prefix + $0, $1) })
      wrapped["optimizer/state/0/exp_avg"] = .zeros([2, 2])
      wrapped["epoch"] = Tensor(3)
      let report = try open(wrapped).load(into: store, head: head)
      #expect(report.loaded.count == 8 && report.missing == [], "\(prefix): \(report)")
      for (name, value) in weights() { #expect(store[name]?.value.floats == value.floats, "\(prefix)\(name)") }
    }
  }

  @Test(arguments: ["module", "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module"])
  func wrappersInsideNamesAreTakenOut(_ wrapper: String) throws {
    let store = model()
    let wrapped = Dictionary(
      uniqueKeysWithValues: weights().map { name, value in
        (("state_dict/module." + name).replacing(".norm.", with: ".\(wrapper).norm."), value)
      })
    let report = try open(wrapped).load(into: store, head: head)
    #expect(report.loaded.count == 8, "\(report)")
    #expect(store["blocks.1.norm.weight"]?.value.floats == weights()["blocks.1.norm.weight"]?.floats)
  }

  @Test func namesOfManyPartsAreNoBurden() throws {
    // A million dots in ten names: what is taken off has an end.
    let dots = String(repeating: "a.", count: 50_000)
    var tensors = weights()
    for index in 0..<10 { tensors["\(dots)\(index)"] = .zeros([2]) }
    let store = model()
    #expect(try open(tensors).load(into: store, head: head).loaded.count == 8)
    let deep = Dictionary(uniqueKeysWithValues: weights().map { (String(repeating: "module.", count: 30) + $0, $1) })
    #expect(try open(deep).load(into: store, head: head).loaded.count == 8)
  }

  @Test func aModelWhosePartIsCalledLikeAWrapperIsLoadedByItsOwnNames() throws {
    let store = ParameterStore()
    _ = ParameterScope(store).weight("module.a", [1], .zeros)
    _ = ParameterScope(store).weight("a", [1], .zeros)
    try open(["module.a": Tensor([1], shape: [1]), "a": Tensor([2], shape: [1])]).load(into: store)
    #expect(store["module.a"]?.value.floats == [1] && store["a"]?.value.floats == [2])
  }

  // Averages

  static let averages = [
    "state_dict_ema/", "model_ema/", "ema/", "ema_state_dict/module.", "ema.", "model_ema.module.", "ema_model.",
    "swa_model/module.", "averaged/",
  ]

  @Test(arguments: averages) func theAveragedCopyIsReadWhereItIsAskedFor(_ prefix: String) throws {
    var both = Dictionary(uniqueKeysWithValues: weights(1).map { ("state_dict/" + $0, $1) })
    for (name, value) in weights(100) { both[prefix + name] = value }
    for (choice, first) in [(WeightsChoice.raw, Float(1)), (.ema, 100)] {
      let store = model()
      let file = try open(both, choice)
      try file.load(into: store, head: head)
      #expect(store["stem.weight"]?.value.floats.first == first, "\(prefix) \(choice)")
      #expect(file.averagedCopies.count == 1 && prefix.hasPrefix(file.averagedCopies[0]), "\(file.averagedCopies)")
    }
    let only = both.filter { $0.key.hasPrefix(prefix) }
    let text = message { try open(only).load(into: model(), head: head) }
    #expect(text.contains("--weights ema reads it"), "\(text)")
  }

  @Test func averagesUnderFlatNamesAreFound() throws {
    var both = Dictionary(uniqueKeysWithValues: weights(1).map { ("state_dict/" + $0, $1) })
    for (name, value) in weights(100) { both["state_dict/ema_" + name.replacing(".", with: "_")] = value }
    for (choice, first) in [(WeightsChoice.raw, Float(1)), (.ema, 100)] {
      let store = model()
      let report = try open(both, choice).load(into: store, head: head)
      #expect(store["stem.weight"]?.value.floats.first == first && report.unexpected == [], "\(report)")
    }
  }

  @Test func aFileWithoutAveragesSaysSo() throws {
    let text = message { try open(weights(), .ema).load(into: model(), head: head) }
    #expect(text.contains("holds no averaged weights (ema)") && text.contains("--weights raw"), "\(text)")
  }

  @Test func twoCopiesThatFitAsWellAreNotChosenBetween() throws {
    var twins = Dictionary(uniqueKeysWithValues: weights(1).map { ("student." + $0, $1) })
    for (name, value) in weights(50) { twins["teacher." + name] = value }
    let text = message { try open(twins).load(into: model(), head: head) }
    #expect(text.contains("holds the model more than once: in student. and in teacher."), "\(text)")
    #expect(text.contains("--leave-out"), "\(text)")
    // A copy that has more of it is the one.
    twins["student.table"] = nil
    let store = model()
    try open(twins).load(into: store, head: head)
    #expect(store["stem.weight"]?.value.floats.first == 50)
  }

  // What must be there

  @Test func lessThanTheBackboneIsRefusedUnlessAPartWasAskedFor() throws {
    let part = weights().filter { $0.key != "blocks.2.norm.weight" && $0.key != "table" }
    let store = model()
    let text = message { try open(part).load(into: store, head: head) }
    #expect(text.contains("has 4 of the backbone's 6 parameters; missing are blocks.2.norm.weight, table"), "\(text)")
    #expect(text.contains("--partial"), "\(text)")
    #expect(store["stem.weight"]?.value.floats == [0, 0, 0, 0])
    let report = try open(part).load(into: store, head: head, requiring: .partial)
    #expect(report.loaded.count == 6 && report.missing == ["blocks.2.norm.weight", "table"])
    #expect(store["stem.weight"]?.value.floats == weights()["stem.weight"]?.floats)
  }

  @Test func aHeadBeginsAnewWhereItIsOfOtherClassesOrAbsent() throws {
    let store = model(classCount: 5)
    let report = try open(weights()).load(into: store, head: head)
    #expect(report.unfit == ["head.weight", "head.bias"] && report.missing == [])
    #expect(store["head.weight"]?.value.floats == [Float](repeating: -1, count: 10))
    let bare = try open(weights().filter { !$0.key.hasPrefix("head.") }).load(into: store, head: head)
    #expect(bare.missing == ["head.weight", "head.bias"])
    let text = message { try open(weights()).load(into: store, head: head, requiring: .whole) }
    #expect(text.contains("has 6 of the model's 8 parameters; missing are head.weight, head.bias"), "\(text)")
  }

  @Test func theRowsOfAHeadFollowTheirClasses() throws {
    let store = model(classCount: 4)
    let report = try open(weights()).load(into: store, head: head.rows([2, nil, 0, 1]))
    let stored = weights()["head.weight"]!.floats
    #expect(
      store["head.weight"]?.value.floats
        == Array(stored[4..<6]) + [-1, -1] + Array(stored[0..<2]) + Array(stored[2..<4]))
    #expect(report.headRows == .init(taken: 3, new: 1) && report.unfit == [])
    #expect("\(report)".contains("head: 3 rows matched by class name, that of a new class begins anew"))
    // In the file's own number of classes too.
    let same = model()
    try open(weights()).load(into: same, head: head.rows([1, 2, 0]))
    #expect(same["head.bias"]?.value.floats.first == weights()["head.bias"]?.floats[1])
  }

  @Test func layoutsSayWhatTheirFilesDoNotHave() throws {
    let layout = KeyMap("bare", "", [.rename("trunk.*", "stem.*"), .fresh("table")])
    var foreign = weights()
    foreign["trunk.weight"] = foreign.removeValue(forKey: "stem.weight")
    foreign["table"] = nil
    #expect(message { try open(foreign).load(into: model(), head: head) }.contains("missing are stem.weight, table"))
    let report = try open(foreign).load(into: model(), layouts: [layout], head: head)
    #expect(report.layout == "bare" && report.missing == ["table"])
    #expect("\(report)".contains("7 of 8 parameters loaded (layout bare)"), "\(report)")
  }

  @Test func ofLayoutsThatFitAsWellTheFirstIsTaken() throws {
    let (first, second) = (
      KeyMap("first", "", [.rename("t.*", "stem.*")]), KeyMap("second", "", [.rename("t.*", "stem.*")])
    )
    var foreign = weights()
    foreign["t.weight"] = foreign.removeValue(forKey: "stem.weight")
    for layouts in [[first, second], [second, first]] {
      #expect(try open(foreign).load(into: model(), layouts: layouts, head: head).layout == layouts[0].name)
    }
    // A layout that makes names meet is passed by.
    let clash = KeyMap("clash", "", [.rename("t.*", "stem.*"), .rename("table", "x"), .rename("head.bias", "x")])
    #expect(try open(foreign).load(into: model(), layouts: [clash, second], head: head).layout == "second")
  }

  @Test func shapesThatDifferAreNamedWithBoth() throws {
    var other = weights()
    other["stem.weight"] = .zeros([3, 2])
    let text = message { try open(other).load(into: model(), head: head) }
    #expect(text.contains("stem.weight: the checkpoint has [3, 2], the model [2, 2]"), "\(text)")
    let report = try open(other).load(into: model(), head: head, requiring: .partial)
    #expect(report.unfit == ["stem.weight"] && report.loaded.count == 7)
  }

  @Test func tensorsOfKindsThatAreNotReadAreNamed() throws {
    var pickle = PickleAssembler()
    pickle.raw(0x7D, 0x28)
    for name in ["stem.weight", "table"] {
      pickle.string(name)
      pickle.typedTensor("0", "float8_e5m2", bytes: 16, sizes: [2, 2], strides: [2, 1])
    }
    pickle.string("head.bias")
    pickle.typedTensor("0", "float32", bytes: 16, sizes: [3], strides: [1])
    pickle.raw(0x75)
    try withTemporaryFolder { folder in
      let path = folder + "/w.pth"
      try Data(pickle.archive(["0": [UInt8](repeating: 0, count: 16)])).write(to: URL(filePath: path))
      let text = message { try PublishedWeights(opening: path).load(into: model(), head: head) }
      #expect(text.contains("Not read is stem.weight, a tensor of torch.float8_e5m2 elements, and 1 more"), "\(text)")
      let report = try PublishedWeights(opening: path).load(into: model(), head: head, requiring: .partial)
      #expect(report.unreadable == ["stem.weight", "table"], "\(report)")
      #expect("\(report)".contains("of kinds that are not read: stem.weight, table"))
    }
  }

  @Test func tablesAreResizedWhenThatIsAskedForOnly() throws {
    let layout = KeyMap("own", "", [.fit("table", .line(leading: 1))])
    let text = message { try open(weights()).load(into: model(tableRows: 9), layouts: [layout], head: head) }
    #expect(text.contains("table: the checkpoint has [1, 5, 2], the model [1, 9, 2]; --resize-positions"), "\(text)")
    let store = model(tableRows: 9)
    let report = try open(weights()).load(
      into: store, layouts: [layout], head: head, resizingPositions: true)
    #expect(report.resized == ["table"] && "\(report)".contains("resized: table"))
    let (old, new) = (weights()["table"]!.floats, store["table"]!.value.floats)
    #expect(Array(new[0..<2]) == Array(old[0..<2]))
    // Eight rows of four: the second is three quarters of the first and a quarter of the second.
    #expect(abs(new[4] - (0.75 * old[2] + 0.25 * old[4])) < 1e-6)
    #expect(new[2] == old[2] && new[16] == old[8])
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity]) func numbersThatAreNotFiniteAreNamed(_ wrong: Float) throws {
    var bad = weights()
    for name in ["blocks.3.norm.weight", "head.bias"] {
      var values = bad[name]!.floats
      values[values.count - 1] = wrong
      bad[name] = Tensor(values, shape: bad[name]!.shape)
    }
    let store = model()
    let text = message { try open(bad).load(into: store, head: head) }
    #expect(text.contains("NaN or infinite numbers in blocks.3.norm.weight, head.bias."), "\(text)")
    #expect(store["stem.weight"]?.value.floats == [0, 0, 0, 0])
  }

  @Test func aFileOfAnotherModelSaysWhatItHas() throws {
    let text = message { try open(["conv1.weight": .zeros([3])]).load(into: model(), layouts: [], head: head) }
    #expect(text.contains("none of the model's parameters") && text.contains("conv1.weight"), "\(text)")
    #expect(text.contains("stem.weight"), "\(text)")
    #expect(message { try open(["conv1.weight": .zeros([3])]).load(into: model(), requiring: .partial) } != "")
  }

  // Checkpoints of Sluice

  private func checkpoint(_ folder: String, system: String? = "maskfeat", averaged: Bool = false) throws -> String {
    let position = TrainingPosition(stream: StreamPosition(seed: 0), epoch: 0, computeThreads: 1)
    // The optimizer keeps averages, of what is not frozen.
    let averages = averaged ? weights(100).filter { !$0.key.hasPrefix("head.") } : [:]
    let state = TrainingState(
      parameters: weights(1),
      optimizer: Dictionary(uniqueKeysWithValues: averages.map { ("ema." + $0, $1) }).merging(
        ["table.momentum": .zeros([3])]) { first, _ in first },
      position: position,
      configuration: system.map { ["values": ["pipeline": .string($0)]] } ?? [:])
    return try CheckpointFolder(folder).save(state)
  }

  @Test func aCheckpointOfAnotherSystemIsRefusedByName() throws {
    try withTemporaryFolder { folder in
      let weights = try PublishedWeights(opening: try checkpoint(folder))
      #expect(weights.system == "maskfeat")
      let text = message { try weights.require(systems: ["timesformer"]) }
      #expect(text.contains("is a checkpoint of maskfeat; a checkpoint of timesformer is wanted"), "\(text)")
      try weights.require(systems: ["maskfeat-finetune", "maskfeat"])
      // Its file alone is still that checkpoint's.
      let path = try checkpoint(folder) + "/parameters.safetensors"
      #expect(try PublishedWeights(opening: path).system == "maskfeat")
      try open(self.weights()).require(systems: ["timesformer"])
    }
  }

  /// Changes a bit near the end of a file.
  private func flip(_ file: String) throws {
    var bytes = try Data(contentsOf: URL(filePath: file))
    bytes[bytes.count - 3] ^= 0x10
    try bytes.write(to: URL(filePath: file))
  }

  @Test(arguments: ["", "/parameters.safetensors"]) func changedBytesAreNoticedWhereverItIsOpened(_ part: String) throws
  {
    try withTemporaryFolder { folder in
      let path = try checkpoint(folder)
      try flip(path + "/parameters.safetensors")
      #expect(message { _ = try PublishedWeights(opening: path + part) }.contains("its checksum is wrong"))
      #expect(message { _ = try openWeights(path + part) }.contains("its checksum is wrong"))
      #expect(message { _ = try SavedCheckpoint(path: path).parameters() }.contains("parameters.safetensors"))
    }
  }

  @Test(arguments: ["configuration.json", "position.json"]) func changedSettingsAreNoticedToo(_ name: String) throws {
    try withTemporaryFolder { folder in
      let path = try checkpoint(folder)
      let file = URL(filePath: "\(path)/\(name)")
      var bytes = try Data(contentsOf: file)
      let place = try #require(bytes.firstIndex { (UInt8(ascii: "a")...UInt8(ascii: "y")).contains($0) })
      bytes[place] += 1
      try bytes.write(to: file)
      #expect(message { _ = try SavedCheckpoint(path: path) }.contains("\(name): its checksum is wrong"))
    }
  }

  @Test func aRunsAverageIsSavedAndChosen() throws {
    try withTemporaryFolder { folder in
      let path = try checkpoint(folder, averaged: true)
      for (choice, first) in [(WeightsChoice.raw, Float(1)), (.ema, 100)] {
        let store = model()
        try PublishedWeights(opening: path, choice: choice).load(into: store, requiring: .whole)
        #expect(store["stem.weight"]?.value.floats.first == first)
        // Of what was frozen there is one copy.
        #expect(store["head.bias"]?.value.floats == weights(1)["head.bias"]?.floats)
      }
      try flip(path + "/optimizer.safetensors")
      try PublishedWeights(opening: path).load(into: model(), requiring: .whole)
      let damaged = message { _ = try PublishedWeights(opening: path, choice: .ema) }
      #expect(damaged.contains("its checksum is wrong"), "\(damaged)")
      let without = try checkpoint(folder + "/other")
      let text = message { _ = try PublishedWeights(opening: without, choice: .ema) }
      #expect(text.contains("holds no averaged weights (ema)"), "\(text)")
    }
  }

  @Test func aManifestOfOthersBesideAFileIsNoCheckpoint() throws {
    try withTemporaryFolder { folder in
      try Data("{\"files\": 3}".utf8).write(to: URL(filePath: folder + "/manifest.json"))
      try SafetensorsFile.write(weights(), to: folder + "/parameters.safetensors")
      #expect(try PublishedWeights(opening: folder + "/parameters.safetensors").checkpoint == nil)
    }
  }
}
