/// Text that equals another only where all bytes do, and is ordered by them.
///
/// `String` compares characters: a name with a composed “é” equals one with “e” and an accent, although they are two
/// files. Paths and names of data are compared by this.
package struct ExactText: Hashable, Comparable, Sendable {
  package let string: String

  package init(_ string: String) {
    self.string = string
  }

  package static func == (first: ExactText, second: ExactText) -> Bool {
    first.string.utf8.count == second.string.utf8.count && first.string.utf8.elementsEqual(second.string.utf8)
  }

  package static func < (first: ExactText, second: ExactText) -> Bool {
    first.string.utf8.lexicographicallyPrecedes(second.string.utf8)
  }

  package func hash(into hasher: inout Hasher) {
    let isHashed: Void? = unsafe string.utf8.withContiguousStorageIfAvailable { buffer in
      unsafe hasher.combine(bytes: UnsafeRawBufferPointer(buffer))
    }
    if isHashed == nil { for byte in string.utf8 { hasher.combine(byte) } }
    hasher.combine(string.utf8.count)
  }
}
