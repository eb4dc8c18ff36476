// Resizing and blending in the arithmetic of image libraries, so that bytes come out as theirs do.
#pragma once

#include <stddef.h>
#include <stdint.h>

// What one axis of a resize in whole numbers does: output i takes weights[t * count + i] of input start[i] + t; all taps
// are inside the input. Starts of rows never fall.
typedef struct {
  int count, taps;
  const int32_t *start, *weights;
} sluice_fixed_taps;

// Scratch memory, in 32-bit words, of a resize from `height` rows of `width` columns to `count` columns.
size_t sluice_fixed_scratch(int width, int height, int count);

// Pillow's resize of 8-bit planes: columns first, rounded to bytes, then rows; weights are parts of 1 << 22.
void sluice_resample_pillow(
  const uint8_t *plane, ptrdiff_t stride, int width, const sluice_fixed_taps *columns,
  const sluice_fixed_taps *rows, uint8_t *out, int32_t *scratch);

// OpenCV's bilinear resize of 8-bit planes: columns first, kept whole, then rows; weights are parts of 2048.
void sluice_resample_opencv(
  const uint8_t *plane, ptrdiff_t stride, int width, const sluice_fixed_taps *columns,
  const sluice_fixed_taps *rows, uint8_t *out, int32_t *scratch);

// Pillow's blends, trunc(clamp(other + factor * (value - other), 0, 255)) in 32-bit floats, of planes as in color.h.
// Luma is (19595 R + 38470 G + 7471 B + 32768) >> 16.
void sluice_pillow_blend_luma(uint8_t *planes, ptrdiff_t count, float factor);
// The sum of all pixels' luma.
uint64_t sluice_pillow_luma_sum(const uint8_t *planes, ptrdiff_t count);
// Each pixel against the rounded mean of its neighbors, the center counted five times; the border stays. `soft` holds
// width * height bytes of scratch memory. One plane at a time.
void sluice_pillow_blend_soft(uint8_t *plane, int width, int height, float factor, uint8_t *soft);
// The rounded mean of the sixteen pixels two rows or two columns away, ImageFilter.BLUR; two pixels at each border stay.
// `soft` holds width * height bytes of scratch memory. One plane at a time.
void sluice_pillow_blur(uint8_t *plane, int width, int height, uint8_t *soft);

// Where a pixel (x, y) of a moved picture comes from: column a (x + 1/2) + b (y + 1/2) + c and row
// d (x + 1/2) + e (y + 1/2) + f, both counted from the picture's corner.
typedef struct {
  double a, b, c, d, e, f;
} sluice_affine;

// Bytes of scratch memory for a picture of that size.
size_t sluice_affine_scratch(int width, int height);

// Moves one plane, interpolated bicubically (Keys' kernel, a = -1) in doubles and truncated, as Pillow does; what comes
// from outside is `fill`.
void sluice_affine_cubic(
  const uint8_t *plane, int width, int height, const sluice_affine *map, uint8_t fill, uint8_t *out, uint8_t *scratch);
