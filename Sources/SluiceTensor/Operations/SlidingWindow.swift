package import SluiceKernels

/// The place of a convolution or pooling over time, height and width.
public struct SlidingWindow: Sendable, Hashable {
  /// Extents of the window.
  public var kernel: [Int]
  /// Steps between windows.
  public var stride: [Int]
  /// Places added at each side.
  public var padding: [Int]

  /// A window; each list counts time, height and width.
  public init(kernel: [Int], stride: [Int], padding: [Int]) {
    precondition(
      kernel.count == 3 && stride.count == 3 && padding.count == 3 && stride.allSatisfy { $0 > 0 }
        && kernel.allSatisfy { $0 > 0 } && padding.allSatisfy { $0 >= 0 },
      "SlidingWindow: kernel \(kernel), stride \(stride), padding \(padding): three numbers each, kernel and stride positive"
    )
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
  }

  /// The number of windows on a grid of `size` along each axis; 0 where it does not fit once.
  public func result(of size: [Int]) -> [Int] {
    (0..<3).map { axis in
      let room = size[axis] + 2 * padding[axis] - kernel[axis]
      return room < 0 ? 0 : room / stride[axis] + 1
    }
  }

  package func geometry(_ size: [Int]) -> sluice_window {
    var window = sluice_window()
    let result = result(of: size)
    window.size = (size[0], size[1], size[2])
    window.result = (result[0], result[1], result[2])
    window.kernel = (kernel[0], kernel[1], kernel[2])
    window.stride = (stride[0], stride[1], stride[2])
    window.padding = (padding[0], padding[1], padding[2])
    return window
  }
}
