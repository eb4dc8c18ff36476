internal import Glibc

extension UnsafeMutablePointer<dirent> {
  /// The name of a folder's entry, as `readdir` gives it.
  ///
  /// It is read where it is: an entry in memory is only as long as its name, shorter than its type says.
  package var entryName: String {
    let name = unsafe UnsafeRawPointer(self) + MemoryLayout<dirent>.offset(of: \.d_name)!
    return unsafe String(cString: name.assumingMemoryBound(to: CChar.self))
  }
}
