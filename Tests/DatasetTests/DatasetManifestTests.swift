import Foundation
import SluiceDatasets
import Testing

/// Data has an identity.
@Suite struct DatasetManifestTests {
  private func manifest(
    _ text: String, root: String? = nil, classes: [String] = ["left", "right", "up"]
  ) throws -> DatasetManifest {
    let list = try DatasetList(parsing: text, root: root)
    let map = try ClassMap(names: classes)
    return DatasetManifest(list, labels: try ClassSpace(map: map, origin: "test").labels(of: list), classes: map)
  }

  @Test func theSameDataElsewhereIsTheSame() throws {
    let here = try manifest("here/a.mp4 left\nhere/b c.mp4 1", root: "/one")
    #expect(try manifest("here/a.mp4 0\nhere/b c.mp4 right", root: "/two/three/").identity == here.identity)
    let rootless = try manifest("/x/set/train/a.mp4 0\n/x/set/test/b.mp4 1")
    #expect(try manifest("moved/train/a.mp4 0\nmoved/test/b.mp4 1").identity == rootless.identity)
    #expect(here.identity.count == 2 && here.identity.digest.count == 64)
  }

  @Test(arguments: [
    ("a.mp4 1\nb.mp4 1", "sample 1 was “a.mp4” label 0, it is “a.mp4” label 1 now"),
    ("b.mp4 1\na.mp4 0", "sample 1 was “a.mp4” label 0, it is “b.mp4” label 1 now"),
    ("a.mp4 0\nb.mp4 0.5 2 1", "sample 2 was “b.mp4” label 1, it is “b.mp4” 0.5…2.0 s label 1 now"),
    ("a.mp4 0", "sample 2 was “b.mp4” label 1; there are 1 now, not 2"),
    ("a.mp4 0\nb.mp4 1\nc.mp4", "sample 3 is “c.mp4” without label; there were 2, now there are 3"),
  ])
  func theFirstDifferenceIsSaidWithBothValues(text: String, sentence: String) throws {
    let before = try manifest("r/a.mp4 0\nr/b.mp4 1")
    let lines = text.split(separator: "\n").map { "r/" + $0 }.joined(separator: "\n")
    // A list of one sample has its own folder in common.
    let now = try manifest(lines)
    #expect(now.identity != before.identity)
    #expect(now.difference(from: before).first == sentence)
  }

  @Test func anotherOrderOfClassesIsADifference() throws {
    let before = try manifest("a.mp4 0", classes: ["left", "right"])
    let now = try manifest("a.mp4 0", classes: ["right", "left"])
    #expect(
      now.difference(from: before).first
        == "class 0 was “left”, it is “right” now (before: left, right; now: right, left)")
    #expect(
      try manifest("a.mp4 0", classes: ["left"]).difference(from: before).first
        == "class 1 was “right”, it is none now (before: left, right; now: left)")
    let many = (0..<40).map { "class \($0)" }
    var changed = many
    changed[20] = "another"
    #expect(
      try manifest("a.mp4 0", classes: changed).difference(from: manifest("a.mp4 0", classes: many)).first
        == "class 20 was “class 20”, it is “another” now (before: …, "
        + many[18..<28].joined(separator: ", ") + ", …; now: …, " + changed[18..<28].joined(separator: ", ") + ", …)")
  }

  @Test func foldersInFrontOfAllPathsDoNotCount() throws {
    let before = try manifest("train/a.mp4 0\ntrain/b.mp4 1\ntrain/c.mp4 2", root: "/data")
    let moved = try manifest("train/a.mp4 0\ntrain/b.mp4 1\ntrain/c.mp4 2")
    #expect(moved.identity != before.identity)
    #expect(moved.difference(from: before) == DatasetDifference(first: nil, tolerated: []))
    #expect(before.difference(from: moved).first == nil)
    // A folder in front of one path alone is another file.
    for text in ["train/a.mp4 0\nb.mp4 1\ntrain/c.mp4 2", "a.mp4 0\ntrain/b.mp4 1\ntrain/c.mp4 2"] {
      #expect(try manifest(text, root: "/data").difference(from: before).first != nil, "\(text)")
    }
    // A part of a name is no folder.
    #expect(try manifest("1a.mp4 0", root: "r").difference(from: manifest("a.mp4 0", root: "r")).first != nil)
  }

  @Test func samplesThatCouldNeverBeReadMayBeOthers() throws {
    let before = try manifest("set/a.mp4 0\nst/b.mp4 1\nset/c.mp4 2")
    let repaired = try manifest("set/a.mp4 0\nset/b.mp4 1\nset/c.mp4 2")
    #expect(
      repaired.difference(from: before, tolerating: [1]) == DatasetDifference(first: nil, tolerated: [1]))
    #expect(repaired.difference(from: before).first == "sample 2 was “st/b.mp4” label 1, it is “b.mp4” label 1 now")
    #expect(repaired.difference(from: before, tolerating: [0]).first != nil)
    #expect(repaired.difference(from: repaired, tolerating: [1]) == DatasetDifference(first: nil, tolerated: []))
    let longer = try manifest("set/a.mp4 0\nset/b.mp4 1\nset/c.mp4 2\nset/d.mp4 0")
    #expect(longer.difference(from: before, tolerating: [1]).first?.hasPrefix("sample 4 is “d.mp4” label 0") == true)
  }

  @Test func howFramesAreStoredCounts() throws {
    func stored(_ changes: [String?]) -> DatasetManifest {
      var manifest = DatasetManifest()
      for (number, change) in changes.enumerated() {
        manifest.append(path: "v\(number)", part: nil, labels: [], captions: [], storedWith: change)
      }
      return manifest
    }
    let plain = stored([nil, nil])
    #expect(String(decoding: plain.text, as: UTF8.self).hasPrefix("sluice dataset 1\nclasses\nframes\nv0"))
    let small = stored(["short side 128", "short side 128"])
    #expect(
      small.difference(from: plain).first
        == "frames were stored as decoded, they are stored with short side 128 now")
    let mixed = stored([nil, "short side 128"])
    #expect(
      mixed.difference(from: small).first
        == "frames were stored with short side 128, they are stored 1 as decoded, then 1 with short side 128 now")
    for manifest in [plain, small, mixed, DatasetManifest()] {
      #expect(try DatasetManifest(compressed: manifest.compressed(), name: "m") == manifest)
    }
  }

  @Test func pathsThatOnlyLookTheSameDiffer() throws {
    let (composed, decomposed) = (try manifest("x/caf\u{E9}.mp4 0"), try manifest("x/cafe\u{301}.mp4 0"))
    #expect(composed.identity != decomposed.identity && composed.difference(from: decomposed).first != nil)
  }

  @Test func textWithTabsAndLineEndsStaysOneColumn() throws {
    var first = DatasetManifest()
    first.append(path: "a\tb", part: nil, labels: [], captions: ["c\nd", "e\\n"])
    var second = DatasetManifest()
    second.append(path: "a", part: nil, labels: [], captions: ["b", "c\nd", "e\\n"])
    #expect(first.identity != second.identity && first.count == 1)
    #expect(String(decoding: first.text, as: UTF8.self).hasSuffix("a\\tb\t\t\tc\\nd\te\\\\n\n"))
  }

  @Test func aStoredManifestIsTheSameAndDamageIsNoticed() throws {
    let lines = (0..<500).map { "videos/clip \($0).mp4 \($0 % 3)" }.joined(separator: "\n")
    let manifest = try manifest(lines)
    let bytes = try manifest.compressed()
    #expect(bytes.count < 4000)
    let back = try DatasetManifest(compressed: bytes, name: "data.zst")
    #expect(back == manifest && back.identity == manifest.identity && back.difference(from: manifest).first == nil)
    for place in stride(from: 0, to: bytes.count, by: 7) {
      var damaged = bytes
      damaged[place] ^= 0x10
      if let read = try? DatasetManifest(compressed: damaged, name: "data.zst") { #expect(read == manifest) }
      #expect(throws: DatasetListError.self) {
        try DatasetManifest(compressed: Array(bytes[..<place]), name: "data.zst")
      }
    }
  }

  @Test func anIdentityIsStoredAsJSON() throws {
    let identity = try manifest("a.mp4 0").identity
    #expect(try JSONDecoder().decode(DatasetIdentity.self, from: JSONEncoder().encode(identity)) == identity)
  }
}
