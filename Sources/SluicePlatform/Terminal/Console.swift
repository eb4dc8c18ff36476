internal import Glibc

/// The two streams of a command: data to standard output, progress and messages to standard error.
package enum Console {
  /// Writes a line of data to standard output.
  ///
  /// Data that is lost is no success: where it cannot be written, the process says so and ends with exit code 1.
  package static func print(_ line: String) {
    print(Array((line + "\n").utf8))
  }

  /// Writes bytes of data to standard output, as ``print(_:)-(String)`` does.
  package static func print(_ bytes: [UInt8]) {
    guard unsafe !writeFully(bytes.span.bytes, to: STDOUT_FILENO) else { return }
    let number = errno
    // Who closed the pipe has read enough.
    if number != EPIPE { unsafe note("standard output cannot be written: \(String(cString: strerror(number)))") }
    exit(1)
  }

  /// Writes a line to standard error.
  package static func note(_ line: String) {
    write(line + "\n", to: STDERR_FILENO)
  }

  /// Writes `text` to standard error as it is.
  package static func rewrite(_ text: String) {
    write(text, to: STDERR_FILENO)
  }

  /// Whether a person watches standard error.
  package static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// Columns of the terminal, 80 where it does not say.
  package static var columns: Int {
    var size = winsize()
    let code = unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size)
    return code == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }

  private static func write(_ text: String, to descriptor: Int32) {
    // A closed stream has nobody to be told.
    _ = unsafe writeFully(Array(text.utf8).span.bytes, to: descriptor)
  }
}
