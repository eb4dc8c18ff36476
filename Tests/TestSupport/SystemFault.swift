import Foundation
import Glibc

/// Calls of the system that a test can make fail.
public enum SystemCall: Sendable {
  case synchronize, map, truncate, rename, makeDirectory, readAt

  /// Their numbers on this processor.
  fileprivate var numbers: [UInt32] {
    #if arch(x86_64)
    switch self {
    case .synchronize: [74]
    case .map: [9]
    case .truncate: [77]
    case .rename: [82, 264, 316]
    case .makeDirectory: [83, 258]
    case .readAt: [17]
    }
    #else
    switch self {
    case .synchronize: [82]
    case .map: [222]
    case .truncate: [46]
    case .rename: [38, 276]
    case .makeDirectory: [34]
    case .readAt: [67]
    }
    #endif
  }
}

/// Makes a call of the system fail on this thread from here on, as a broken disk would: for the bodies of exit tests,
/// whose process ends with them.
///
/// - Throws: `CocoaError` where the kernel forbids filters.
public func failSystemCall(_ call: SystemCall, with error: Int32) throws {
  struct Instruction {
    var code: UInt16
    var onTrue: UInt8 = 0
    var onFalse: UInt8 = 0
    var value: UInt32
  }
  struct Program {
    var count: UInt16
    var instructions: UnsafeMutablePointer<Instruction>
  }
  // Load the call's number; for each of those asked for, answer with the error; allow all others.
  var instructions = [Instruction(code: 0x20, value: 0)]
  for number in call.numbers {
    instructions += [
      Instruction(code: 0x15, onFalse: 1, value: number), Instruction(code: 0x06, value: 0x0005_0000 | UInt32(error)),
    ]
  }
  instructions.append(Instruction(code: 0x06, value: 0x7FFF_0000))
  // Swift does not import functions with a variable number of arguments.
  typealias Control = @convention(c) (Int32, UInt, UInt, UInt, UInt) -> Int32
  guard let symbol = dlsym(nil, "prctl") else { throw CocoaError(.featureUnsupported) }
  let control = unsafeBitCast(symbol, to: Control.self)
  let (noNewPrivileges, setFilter, filterMode) = (Int32(38), Int32(22), UInt(2))
  let isSet = instructions.withUnsafeMutableBufferPointer { buffer in
    var program = Program(count: UInt16(buffer.count), instructions: buffer.baseAddress!)  // it is not empty
    return withUnsafePointer(to: &program) {
      control(noNewPrivileges, 1, 0, 0, 0) == 0 && control(setFilter, filterMode, UInt(bitPattern: $0), 0, 0) == 0
    }
  }
  guard isSet else { throw CocoaError(.featureUnsupported) }
}

/// Ends the process with success if `body` throws an error whose text contains `sentence`, else with what it did: the last
/// thing in the body of an exit test.
public func exitExpecting(_ sentence: String, _ body: () throws -> Void) -> Never {
  var found = "nothing was thrown"
  do { try body() } catch { found = "\(error)" }
  guard found.contains(sentence) else {
    FileHandle.standardError.write(Data("expected “\(sentence)”, found “\(found)”\n".utf8))
    _exit(1)
  }
  // At once: the address sanitizer looks for leaks in exit(), for which it needs rights that the body may have given up.
  _exit(0)
}

/// Makes this process one that may write nothing of its own user: for exit tests, whose process ends with their bodies.
///
/// Files it makes before need `0o444`, and folders `0o555`, to stay as they are.
public func giveUpRights() {
  // Without effect, and without need, for whoever is not the superuser.
  seteuid(65534)
}

/// A chain of blocks that are given back all at once, or never.
///
/// Each holds the address of the one before in its own memory: a list of them would need some, and optimized builds do not
/// ask for blocks that nobody knows.
private struct Hoard {
  private var last: UnsafeMutableRawPointer?

  mutating func append(_ block: UnsafeMutableRawPointer) {
    block.storeBytes(of: last, as: UnsafeMutableRawPointer?.self)
    last = block
  }

  mutating func giveBack() {
    while let block = last {
      last = block.load(as: UnsafeMutableRawPointer?.self)
      free(block)
    }
  }
}

private nonisolated(unsafe) var hoard = Hoard()

/// Leaves this process no memory in blocks of `size` bytes and more, while smaller ones can still be had: for the bodies
/// of exit tests, whose process ends with them.
public func exhaustMemory(inBlocksOf size: Int) {
  // Holes for what is smaller: every other one of many blocks is given back, so that no two become one.
  var holes = Hoard()
  for _ in 0..<10_000 {
    for isHole in [true, false] {
      guard let block = malloc(size / 2) else { break }
      if isHole { holes.append(block) } else { hoard.append(block) }
    }
  }
  var limit = rlimit()
  getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
  let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ").first
  limit.rlim_cur = rlim_t((pages.flatMap { Int($0) } ?? 0) * sysconf(Int32(_SC_PAGESIZE)))
  setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
  for block in [1 << 20, 1 << 16, 1 << 14, size] {
    while let held = malloc(block) { hoard.append(held) }
  }
  holes.giveBack()
}
