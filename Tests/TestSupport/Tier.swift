import Foundation
public import Testing

/// Whether the tests were built with the thread sanitizer.
public let isThreadSanitized: Bool = dlsym(nil, "__tsan_init") != nil

/// Whether the tests were built with a sanitizer, whose own memory and time say nothing about the program's.
public let isSanitized: Bool = isThreadSanitized || dlsym(nil, "__asan_init") != nil

/// Whether the hour-long tier of the tests was asked for.
public let isLongTier: Bool = ProcessInfo.processInfo.environment["SLUICE_TEST_ALL"] == "1"

extension Trait where Self == ConditionTrait {
  /// Only where programs may be forbidden to write long files: the thread sanitizer writes some of its own as it starts.
  public static var needsFileSizeLimit: Self {
    .disabled(if: isThreadSanitized, "the thread sanitizer does not start where long files are forbidden")
  }
}

extension Trait where Self == TimeLimitTrait {
  /// For tests that would wait forever where they fail: far longer than all tests together take, so that no load of the
  /// machine, only a hang, reaches it.
  public static var hanging: Self {
    .timeLimit(.minutes(isLongTier || isSanitized ? 240 : 60))
  }
}
