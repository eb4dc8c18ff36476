import SluiceDatasets
import TestSupport
import Testing

/// Where there is no memory to compress a manifest, that is said.
@Suite(.disabled(if: isSanitized, "the sanitizers have memory of their own")) struct ManifestMemoryTests {
  @Test func aManifestThatCannotBeCompressedIsSaid() async {
    await #expect(processExitsWith: .success) {
      var manifest = DatasetManifest(classes: ClassMap(numbers: [:]))
      for number in 0..<20 { manifest.append(path: "clip-\(number).mp4", part: nil, labels: [number], captions: []) }
      let whole = manifest
      exhaustMemory(inBlocksOf: 4096)
      exitExpecting("the manifest: there is no memory to compress it") { _ = try whole.compressed() }
    }
  }
}
