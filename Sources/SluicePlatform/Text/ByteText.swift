extension BinaryInteger {
  /// A number of bytes for a person, in powers of 1000: `940 bytes`, `1.2 MB`, `123 GB`.
  package var byteText: String {
    let count = UInt64(clamping: self)
    let units: [(name: String, size: UInt64)] = [
      ("PB", 1_000_000_000_000_000), ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000),
    ]
    for (name, size) in units where count >= size {
      let tenths = (count.addingReportingOverflow(size / 20).partialValue) / (size / 10)
      return tenths >= 100 ? "\((tenths + 5) / 10) \(name)" : "\(tenths / 10).\(tenths % 10) \(name)"
    }
    return count == 1 ? "1 byte" : "\(count) bytes"
  }
}
