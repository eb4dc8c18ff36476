import Foundation
public import Testing

/// Whether the tests were built with a sanitizer, whose own memory and time say nothing about the program's.
public let isSanitized: Bool = dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil

/// Whether the hour-long tier of the tests was asked for.
public let isLongTier: Bool = ProcessInfo.processInfo.environment["SLUICE_TEST_ALL"] == "1"

extension Trait where Self == TimeLimitTrait {
  /// So many minutes, after which a test hangs.
  ///
  /// Ten times as many where long tests run beside it, or a sanitizer watches: tests wait for processors then.
  public static func hanging(afterMinutes minutes: Int) -> Self {
    .timeLimit(.minutes(isLongTier || isSanitized ? 10 * minutes : minutes))
  }
}
