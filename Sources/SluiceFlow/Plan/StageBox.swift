/// A stage with its types sealed.
package protocol StageBoxing: Sendable {
  var defaultName: String { get }
  var inputType: String { get }
  var outputType: String { get }
  func outputSize(of input: ElementSize) -> ElementSize
  var fields: [FieldValue] { get }
  mutating func set(_ field: String, to text: String) throws
  /// The stage itself.
  var boxed: any Stage { get }
  /// Makes one worker; called on the worker's own thread.
  func makeWorker() throws -> StageWorker
}

/// One worker of a stage; lives and works in one task.
package enum StageWorker {
  case blocking(any BlockingWorker)
  case suspending(any SuspendingWorker)
}

/// A worker that never suspends: an element costs it no switch of executors.
package protocol BlockingWorker: AnyObject {
  func run(_ input: any Sendable, _ context: ElementContext) throws -> any Sendable
}

/// A worker whose stage may suspend.
package protocol SuspendingWorker {
  nonisolated(nonsending) func run(_ input: any Sendable, _ context: ElementContext) async throws -> any Sendable
}

/// A settable field and its present value.
package struct FieldValue: Sendable, Equatable {
  package let name: String
  package let text: String
  package let changesResults: Bool
}

struct StageBox<Boxed: Stage>: StageBoxing {
  var stage: Boxed

  func makeWorker() -> StageWorker { .suspending(Worker(stage: stage)) }

  private struct Worker: SuspendingWorker {
    let stage: Boxed

    nonisolated(nonsending) func run(_ input: any Sendable, _ context: ElementContext) async throws -> any Sendable {
      // Holds: the builder admits a stage only behind a part whose output is its input.
      try await stage(input as! Boxed.Input, context: context)
    }
  }
}

struct TransformBox<Boxed: Transform>: StageBoxing {
  var stage: Boxed

  func makeWorker() throws -> StageWorker {
    .blocking(Worker(stage: stage, own: try stage.makeWorker()))
  }

  // A class, so that what the worker keeps is changed in place.
  private final class Worker: BlockingWorker {
    let stage: Boxed
    var own: Boxed.Worker

    init(stage: Boxed, own: Boxed.Worker) {
      self.stage = stage
      self.own = own
    }

    func run(_ input: any Sendable, _ context: ElementContext) throws -> any Sendable {
      // Holds: the builder admits a stage only behind a part whose output is its input.
      try stage(input as! Boxed.Input, worker: &own, context: context)
    }
  }
}

/// What both boxes answer from the stage inside.
protocol StageBoxed: StageBoxing {
  associatedtype Boxed: Stage
  var stage: Boxed { get set }
}

extension StageBox: StageBoxed {}
extension TransformBox: StageBoxed {}

extension StageBoxed {
  package var boxed: any Stage { stage }
  package var defaultName: String { nodeName(of: Boxed.self) }
  package var inputType: String { typeName(Boxed.Input.self) }
  package var outputType: String { typeName(Boxed.Output.self) }
  package func outputSize(of input: ElementSize) -> ElementSize {
    (stage as? any ByteBounded)?.outputSize(of: input) ?? ElementSize()
  }
  package var fields: [FieldValue] { fieldValues(of: stage) }
  package mutating func set(_ field: String, to text: String) throws { try setField(field, to: text, of: &stage) }
}

func fieldValues<Root: Configurable>(of root: Root) -> [FieldValue] {
  Root.settings.map { FieldValue(name: $0.name, text: $0.read(root), changesResults: $0.changesResults) }
}

func setField<Root: Configurable>(_ field: String, to text: String, of root: inout Root) throws {
  // Only fields that `fieldValues` lists are asked for.
  guard let setting = Root.settings.first(where: { $0.name == field }) else { return }
  try setting.write(&root, text)
}

/// The name of a node from its type: `CubeMask` → `cubeMask`, `HOGTarget<Clip>` → `hogTarget`.
func nodeName(of type: Any.Type) -> String {
  let bare = "\(type)".prefix { $0 != "<" }
  let letters = Array(bare)
  var head = letters.prefix { $0.isUppercase }.count
  if head > 1, head < letters.count, letters[head].isLowercase { head -= 1 }
  return String(letters[..<head]).lowercased() + String(letters[head...])
}
