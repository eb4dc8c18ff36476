/// Memory of one worker that grows to what is asked and is used again for each frame.
@safe final class PixelScratch<Element: BitwiseCopyable> {
  private var base: UnsafeMutablePointer<Element>?
  private var capacity = 0

  deinit { unsafe base?.deallocate() }

  /// At least `count` elements of undefined content; the memory given before is gone.
  func room(_ count: Int) -> UnsafeMutablePointer<Element> {
    if let base = unsafe base, count <= capacity { return unsafe base }
    unsafe base?.deallocate()
    capacity = max(count, 1)
    let fresh = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
    unsafe base = fresh
    return unsafe fresh
  }
}
