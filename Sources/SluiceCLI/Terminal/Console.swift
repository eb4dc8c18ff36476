internal import Glibc

/// The two streams of a command: data to standard output, progress and messages to standard error.
enum Console {
  /// Writes a line of data to standard output.
  static func print(_ line: String) {
    Swift.print(line)
  }

  /// Writes a line to standard error.
  static func note(_ line: String) {
    write(line + "\n", to: STDERR_FILENO)
  }

  /// Writes `text` to standard error as it is.
  static func rewrite(_ text: String) {
    write(text, to: STDERR_FILENO)
  }

  /// Whether a person watches standard error.
  static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// Columns of the terminal, 80 where it does not say.
  static var columns: Int {
    var size = winsize()
    let code = unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size)
    return code == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }

  private static func write(_ text: String, to descriptor: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let written = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { return }
      bytes = bytes.dropFirst(written)
    }
  }
}
