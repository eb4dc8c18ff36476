import SluiceFlow
import Testing

struct Tuned: Stage {
  enum Mode: String, CaseIterable, Sendable { case fast, exact }
  var ratio = 0.5
  var mode = Mode.exact
  var isOn = true

  static var settings: [Setting<Self>] {
    [
      Setting("ratio", \.ratio, in: 0...1), Setting("mode", \.mode),
      Setting("on", \.isOn, changesResults: false),
    ]
  }

  func callAsFunction(_ input: Int, context: ElementContext) -> String { "\(ratio) \(mode) \(isOn)" }
}

@Suite struct SettingTests {
  private let pipeline = Pipeline("tuned") {
    Numbers(count: 1)
    Tuned().workers(2)
      .batch(1)
  }

  @Test func everyFieldIsListedWithItsValue() {
    let lines = pipeline.settings.map { "\($0.name)=\($0.value)\($0.changesResults ? "!" : "")" }
    #expect(
      lines == [
        "numbers.workers=1", "numbers.buffer=2", "tuned.ratio=0.5!", "tuned.mode=exact!", "tuned.on=true",
        "tuned.workers=2", "tuned.buffer=2", "batch.size=1!", "batch.buffer=2",
      ])
  }

  @Test func everyListedFieldCanBeSetToItsOwnValue() throws {
    var copy = pipeline
    for setting in pipeline.settings { try copy.set(setting.name, to: setting.value) }
    #expect(copy.settings == pipeline.settings)
  }

  @Test func aSetFieldIsUsed() async throws {
    var copy = pipeline
    try copy.set("tuned.ratio", to: "0.25")
    try copy.set("tuned.mode", to: "fast")
    try copy.set("tuned.on", to: "false")
    #expect(try await collect(copy) == [["0.25 fast false"]])
    #expect(try await collect(pipeline) == [["0.5 exact true"]])
  }

  @Test(arguments: [
    ("tunde.ratio", "1", "tuned has no stage “tunde”. Did you mean tuned? It has: numbers, tuned, batch."),
    ("tuned.ration", "1", "tuned has no field “ration”. Did you mean ratio? It has: ratio, mode, on, workers, buffer."),
    ("tuned.ratio", "2", "tuned.ratio: 2 is outside 0.0...1.0"),
    ("tuned.ratio", "much", "tuned.ratio: “much” is no number in 0.0...1.0"),
    ("tuned.mode", "exat", "tuned.mode: exat is none of fast, exact. Did you mean exact?"),
    ("tuned.workers", "0", "tuned.workers: 0 given, 1...4096 wanted"),
    ("batch.size", "-3", "batch.size: -3 given, 1...1000000 wanted"),
    ("ratio", "1", "ratio: a setting is named stage.field, such as numbers.workers"),
  ]) func aWrongSettingIsRefusedInWords(name: String, value: String, message: String) {
    var copy = pipeline
    let error = #expect(throws: FlowError.self) { try copy.set(name, to: value) }
    #expect(error?.code == .badSetting)
    #expect(error?.description == message)
  }
}
