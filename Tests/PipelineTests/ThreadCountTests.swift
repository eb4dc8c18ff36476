import Foundation
import SluiceFlow
import SluicePipelines
import SluiceTensor
import SluiceTraining
import TestSupport
import Testing

/// Results do not depend on the number of threads that compute: a run may go on on any machine of its kind.
@Suite(.serialized) struct ThreadCountTests {
  private static let counts = [1, 2, 3, 5]

  /// The losses and the last parameters of two steps.
  private func result(
    of system: any TrainingSystem.Type, _ request: RunRequest, threads: Int, in folder: TemporaryFolder
  ) async throws -> (losses: [Double], parameters: Data) {
    var request = request
    request.threads = threads
    let directory = RunDirectory(path: folder("\(system.name)-\(threads)"))
    let trainer = try PreparedRun(system, request).trainer(in: directory)
    let outcome = try await trainer.start(stop: StopRequest()) { _ in }
    #expect(outcome.step == 2)
    let path = directory.checkpoints + "/step-000002/parameters.safetensors"
    return (try MetricsLog.lines(at: directory.metrics).map(\.loss), try Data(contentsOf: URL(filePath: path)))
  }

  @Test(arguments: Systems.all.map { $0.name }, Precision.allCases)
  func everySystemGivesTheSameBits(system: String, precision: Precision) async throws {
    let folder = TemporaryFolder()
    let list = try SampleVideos.write(3, to: folder.path)
    let type = try Systems.named(system)
    var request = try RunRequest(inputsOf: type, beside: list, in: folder.path)
    if request.data.isEmpty { request.data = [list] }
    (request.steps, request.seed, request.precision) = (2, 3, precision)
    // Sizes that no number of threads divides.
    request.settings = ["batch.size": "3"]
    let expected = try await result(of: type, request, threads: 1, in: folder)
    for threads in Self.counts.dropFirst() {
      let found = try await result(of: type, request, threads: threads, in: folder)
      #expect(found.losses == expected.losses, "\(threads) threads")
      #expect(found.parameters == expected.parameters, "\(threads) threads")
    }
  }
}
