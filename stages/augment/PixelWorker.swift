internal import SluiceKernels
package import SluiceMedia

/// What one worker keeps between frames, and the exact path from decoded planes to the augmented crop.
@safe package final class PixelWorker {
  // Images are three planes of bytes, R, G and B, one after the other.
  private let region = PixelScratch<UInt8>()
  private let images = [PixelScratch<UInt8>(), PixelScratch<UInt8>()]
  let floats = PixelScratch<Float>()
  private let numbers = PixelScratch<Int32>()
  private let spare = PixelScratch<UInt8>()
  private var current = 0
  package private(set) var size = PixelSize(width: 0, height: 0)

  package init() {}

  /// The image that the last step left: three planes.
  var image: UnsafeMutablePointer<UInt8> {
    unsafe images[current].room(3 * size.width * size.height + Int(SLUICE_RUN_SLACK))
  }

  /// Room for the next image, which becomes the current one.
  func next(_ size: PixelSize) -> UnsafeMutablePointer<UInt8> {
    current = 1 - current
    self.size = size
    return unsafe images[current].room(3 * size.width * size.height + Int(SLUICE_RUN_SLACK))
  }

  /// Runs all steps on one frame; ``image`` holds the result.
  package func run(_ plan: PixelPlan, on frame: VideoFrame) { run(plan.steps[...], on: frame) }

  /// Runs the first steps of a plan.
  func run(_ steps: ArraySlice<PixelPlan.Step>, on frame: VideoFrame) {
    var steps = steps
    switch steps.first {
    case .resize(let box, let columns, let rows, let needed, _):
      let size = PixelSize(width: columns.count, height: rows.count)
      unsafe resize(decoded(frame, box, needed), box, columns, rows, bytes: next(size))
      steps = steps.dropFirst()
    case .fixed(let box, let taps):
      let size = PixelSize(width: taps.columns.count, height: taps.rows.count)
      unsafe resize(decoded(frame, box, taps.neededRows(of: box.height)), box, taps, to: next(size))
      steps = steps.dropFirst()
    case .fused(let taps):
      let to = unsafe next(PixelSize(width: taps.luma.columns.count, height: taps.luma.rows.count))
      unsafe fuse(frame, taps, values: nil, normalization: .half, bytes: to)
      steps = steps.dropFirst()
    case .crop(let box, false):
      unsafe convert(frame, box, needed: nil, to: next(PixelSize(width: box.width, height: box.height)))
      steps = steps.dropFirst()
    default:
      let whole = CropBox(width: frame.width, height: frame.height)
      unsafe convert(frame, whole, needed: nil, to: next(PixelSize(width: frame.width, height: frame.height)))
    }
    for step in steps { run(step) }
  }

  private func run(_ step: PixelPlan.Step) {
    let area = size.width * size.height
    switch step {
    case .resize(let box, let columns, let rows, _, _):
      let from = unsafe part(box)
      unsafe resize(from, box, columns, rows, bytes: next(PixelSize(width: columns.count, height: rows.count)))
    case .fixed(let box, let taps):
      let from = unsafe part(box)
      unsafe resize(from, box, taps, to: next(PixelSize(width: taps.columns.count, height: taps.rows.count)))
    case .crop(let box, let isFlipped):
      let (from, width) = unsafe (image + box.top * size.width + box.left, size.width)
      let to = unsafe next(PixelSize(width: box.width, height: box.height))
      for color in 0..<3 {
        let (plane, out) = unsafe (from + color * area, to + color * box.width * box.height)
        if isFlipped {
          unsafe sluice_flip(plane, Int32(box.width), Int32(box.height), width, out)
        } else {
          for row in 0..<box.height {
            unsafe (out + row * box.width).update(from: plane + row * width, count: box.width)
          }
        }
      }
    case .fused: preconditionFailure("the fused step reads decoded planes, so it is the first")
    case .warp(let map):
      let from = unsafe image
      let to = unsafe next(size)
      unsafe map.runs.withUnsafeBufferPointer { runs in
        for color in 0..<3 {
          unsafe sluice_copy_runs(from + color * area, runs.baseAddress, runs.count / 3, to + color * area)
        }
      }
    case .affine(let map):
      let from = unsafe image
      unsafe map.apply(to: from, width: size.width, height: size.height, out: next(size), spare: spare)
    case .image(let operation, .torchvision):
      unsafe operation.apply(to: image, width: size.width, height: size.height, soft: spare)
    case .image(let operation, .pillow):
      unsafe operation.applyPillow(to: image, width: size.width, height: size.height, soft: spare)
    }
  }

  /// Columns and rows of `box` of the frame as RGB, rounded to nearest; only the rows that are needed.
  private func convert(
    _ frame: VideoFrame, _ box: CropBox, needed: [UInt8]?, to planes: UnsafeMutablePointer<UInt8>
  ) {
    let area = box.width * box.height
    if frame.layout == .rgb || frame.layout == .gray {
      let source = unsafe frame.storage.planes[0]
      for row in 0..<box.height where needed.map({ $0[row] != 0 }) ?? true {
        let from = unsafe source.base + (box.top + row) * source.bytesPerRow
        let to = unsafe planes + row * box.width
        if frame.layout == .rgb {
          unsafe sluice_rgb_split(from + 3 * box.left, box.width, to, to + area, to + 2 * area)
        } else {
          // Gray is what it is, as in FFmpeg, whatever range the stream tells of colors.
          for color in 0..<3 { unsafe (to + color * area).update(from: from + box.left, count: box.width) }
        }
      }
      extendLifetime(frame)
      return
    }
    unsafe frame.withKernelPlanes { source in
      unsafe withUnsafePointer(to: frame.color.matrixToRGB) { matrix in
        let scratch = unsafe floats.room(sluice_yuv_scratch(Int32(box.width)))
        unsafe sluice_yuv_to_rgb(
          source, matrix, Int32(box.left), Int32(box.top), Int32(box.width), Int32(box.height), needed, planes, scratch
        )
      }
    }
  }

  /// Three planes of bytes that are in one piece of memory.
  @unsafe struct Planes {
    let base: UnsafePointer<UInt8>
    let bytesPerRow: Int
    /// From plane to plane.
    let area: Int
  }

  /// The box of the current image.
  func part(_ box: CropBox) -> Planes {
    unsafe Planes(
      base: image + box.top * size.width + box.left, bytesPerRow: size.width, area: size.width * size.height)
  }

  /// The box of a decoded frame as RGB, in memory of the worker's; only the rows that are needed.
  func decoded(_ frame: VideoFrame, _ box: CropBox, _ needed: [UInt8]) -> Planes {
    let area = box.width * box.height
    let planes = unsafe region.room(3 * area)
    unsafe convert(frame, box, needed: needed, to: planes)
    return unsafe Planes(base: planes, bytesPerRow: box.width, area: area)
  }

  /// Resizes all colors.
  /// - Parameters:
  ///   - bytes: where three planes of bytes go; `nil` leaves them out.
  ///   - isUnrounded: whether values are made before rounding to bytes.
  ///   - values: where each color's normalized plane goes; `nil` leaves them out.
  func resize(
    _ planes: Planes, _ box: CropBox, _ columns: ResizeTaps, _ rows: ResizeTaps, bytes: UnsafeMutablePointer<UInt8>?,
    isUnrounded: Bool = false, normalization: Normalization = .half, values: [UnsafeMutablePointer<Float>?]? = nil
  ) {
    let scratch = unsafe floats.room(sluice_resample_scratch(Int32(box.width), Int32(columns.count)))
    unsafe columns.withKernelTaps { columnTaps in
      unsafe rows.withKernelTaps { rowTaps in
        for color in 0..<3 {
          var scale = sluice_normalization(
            mean: normalization.mean[color], deviation: normalization.deviation[color], unrounded: isUnrounded ? 1 : 0)
          unsafe sluice_resample(
            planes.base + color * planes.area, planes.bytesPerRow, Int32(box.width), columnTaps, rowTaps, &scale,
            bytes.map { unsafe $0 + color * columns.count * rows.count }, columns.count, values?[color], scratch)
        }
      }
    }
  }

  /// Resizes all colors in whole numbers.
  func resize(_ planes: Planes, _ box: CropBox, _ taps: FixedResize, to bytes: UnsafeMutablePointer<UInt8>) {
    let (width, area) = (Int32(box.width), taps.columns.count * taps.rows.count)
    let scratch = unsafe numbers.room(sluice_fixed_scratch(width, Int32(box.height), Int32(taps.columns.count)))
    unsafe taps.columns.withKernelTaps { columns in
      unsafe taps.rows.withKernelTaps { rows in
        for color in 0..<3 {
          let (from, to) = unsafe (planes.base + color * planes.area, bytes + color * area)
          switch taps.arithmetic {
          case .pillow: unsafe sluice_resample_pillow(from, planes.bytesPerRow, width, columns, rows, to, scratch)
          case .openCV: unsafe sluice_resample_opencv(from, planes.bytesPerRow, width, columns, rows, to, scratch)
          }
        }
      }
    }
  }
}
