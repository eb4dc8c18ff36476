import SluiceCheckpoints
import Testing

@Suite struct ConfigurationTests {
  @Test func differencesNameTheSettingAndBothValues() throws {
    let old: JSONValue = [
      "batch": ["size": 8], "decode": ["workers": 2], "views": [["size": 224], ["size": 112]], "mask": "cube",
    ]
    let new: JSONValue = [
      "batch": ["size": 4.0], "decode": ["workers": 4, "buffer": 3], "views": [["size": 224], ["size": 96]],
    ]
    let difference = ConfigurationDifference(from: old, to: new)
    #expect(
      difference.description == """
        changed: batch.size: 8 → 4
        added: decode.buffer: 3
        changed: decode.workers: 2 → 4
        removed: mask: cube
        changed: views[1].size: 112 → 96
        """)
    let told = ConfigurationDifference(from: old, to: new, ignoring: ["*.workers", "*.buffer", "mask"])
    #expect(told.changes.map(\.setting) == ["batch.size", "views[1].size"])
    #expect(ConfigurationDifference(from: old, to: old).isEmpty)
  }

  @Test func equalNumbersAreEqualHoweverTheyAreWritten() throws {
    #expect(ConfigurationDifference(from: ["a": 1], to: ["a": 1.0]).isEmpty)
    #expect(!ConfigurationDifference(from: ["a": 1], to: ["a": 1.5]).isEmpty)
    #expect(!ConfigurationDifference(from: ["a": []], to: [:]).isEmpty)
  }

  @Test func jsonTextIsTheSameForTheSameValue() throws {
    let value: JSONValue = ["b": [1, 2.5, nil, true], "a": ["z": "ü/", "y": 0.1]]
    #expect(try value.json() == #"{"a":{"y":0.1,"z":"ü/"},"b":[1,2.5,null,true]}"#)
    #expect(try JSONValue(json: value.json()) == value)
    #expect(value["b"][1].double == 2.5 && value["b"][0].int == 1 && value["nothing"]["below"][3].isNull)
    #expect(value["b"].ints == nil)
    #expect(try JSONValue(json: "[1, 2.0]").ints == [1, 2])
  }
}
