internal import Glibc

/// Writes all of `bytes` at the descriptor's position, however many calls that takes.
///
/// - Returns: whether everything was written; if not, `errno` says why.
package func writeFully(_ bytes: RawSpan, to descriptor: Int32) -> Bool {
  var written = 0
  while written < bytes.byteCount {
    let count = unsafe bytes.extracting(written...).withUnsafeBytes { rest in
      unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
    }
    if count > 0 { written += count } else if count == 0 || errno != EINTR { return false }
  }
  return true
}
