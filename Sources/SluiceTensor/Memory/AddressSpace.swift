internal import Glibc

/// Addresses that memory is given to from the first on, so that what comes later is beside what was there before.
///
/// Memory of separate blocks cannot be joined: what is left at the end of each would be too small for the next tensor.
struct AddressSpace {
  /// Memory comes in whole pages of this size: far fewer page faults and address look-ups than with the usual 4 KiB.
  static let page = 2 << 20

  private let mapping: Arena.Piece
  /// Addresses, a page's multiple the first.
  private let range: Arena.Piece
  /// Bytes from the beginning that have memory.
  private(set) var usedByteCount = 0

  /// Where memory ends.
  var end: UInt { range.start + UInt(usedByteCount) }

  /// Reserves addresses for as much as the machine has, but for no more than a quarter of what the process may have;
  /// `nil` if there are none for `least` bytes.
  init?(least: Int) {
    var limit = rlimit()
    let isLimited = unsafe getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 && limit.rlim_cur < Int.max
    let machine = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    var size = max(AddressSpace.whole(least), isLimited ? min(machine, Int(limit.rlim_cur) / 4) : machine)
    while true {
      let whole = AddressSpace.whole(size)
      let start = unsafe mmap(
        nil, whole + AddressSpace.page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
      if let start = unsafe start, unsafe start != MAP_FAILED {
        mapping = Arena.Piece(start: UInt(bitPattern: start), size: whole + AddressSpace.page)
        let page = UInt(AddressSpace.page)
        range = Arena.Piece(start: (mapping.start + page - 1) / page * page, size: whole)
        return
      }
      if size / 2 < least { return nil }
      size /= 2
    }
  }

  /// `size` in whole pages.
  static func whole(_ size: Int) -> Int { (size + page - 1) / page * page }

  /// Gives memory to the next `size` bytes, whole pages; `nil` if there is none.
  mutating func extend(by size: Int) -> Arena.Piece? {
    guard size <= range.size - usedByteCount else { return nil }
    let start = unsafe UnsafeMutableRawPointer(bitPattern: end)
    guard unsafe mprotect(start, size, PROT_READ | PROT_WRITE) == 0 else { return nil }
    unsafe madvise(start, size, MADV_HUGEPAGE)
    defer { usedByteCount += size }
    return Arena.Piece(start: end, size: size)
  }

  /// Takes the memory of the last `size` bytes back, as far as they are whole pages.
  ///
  /// - Returns: how much that was.
  mutating func shrink(by size: Int) -> Int {
    let whole = size / AddressSpace.page * AddressSpace.page
    let start = unsafe UnsafeMutableRawPointer(bitPattern: end - UInt(whole))
    guard whole > 0, unsafe madvise(start, whole, MADV_DONTNEED) == 0, unsafe mprotect(start, whole, PROT_NONE) == 0
    else { return 0 }
    usedByteCount -= whole
    return whole
  }

  /// Gives the addresses up; nothing may be there any more.
  func release() { unsafe munmap(UnsafeMutableRawPointer(bitPattern: mapping.start), mapping.size) }
}
