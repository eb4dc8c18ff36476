// From decoded planes to training clips: color conversion, resampling, normalization.
#pragma once

#include <stddef.h>
#include <stdint.h>

// Three planes of samples; chroma has 1 / (1 << shift) of the luma columns and rows, rounded up, and is sited left of its
// pixels and between their rows.
typedef struct {
  const uint8_t *y, *u, *v;
  ptrdiff_t luma_stride, chroma_stride;
  int width, height;
  int shift_x, shift_y;
} sluice_yuv_planes;

// RGB = (red, green, blue) of y * luma + (u - 128, v - 128) * chroma + offset, in 0...255.
typedef struct {
  float luma, offset;
  float red_v, green_u, green_v, blue_u;
} sluice_yuv_matrix;

// Floats of scratch memory for `width` columns.
size_t sluice_yuv_scratch(int width);

// Converts the columns left ..< left + width of rows top ..< top + height; only rows y with needed[y - top] != 0 unless
// `needed` is NULL. Chroma is interpolated linearly, also beyond the region's borders; results are rounded to nearest.
// `rgb` receives three planes of height * width.
void sluice_yuv_to_rgb(
  const sluice_yuv_planes *picture, const sluice_yuv_matrix *matrix, int left, int top, int width, int height,
  const uint8_t *needed, uint8_t *rgb, float *scratch);

// Interleaved pixels to three planes of `count`, and back.
void sluice_rgb_split(const uint8_t *rgb, ptrdiff_t count, uint8_t *red, uint8_t *green, uint8_t *blue);
void sluice_rgb_join(const uint8_t *red, const uint8_t *green, const uint8_t *blue, ptrdiff_t count, uint8_t *rgb);

// What one axis of a resize does: output i = sum over t of weights[t * count + i] * input[start[i] + t]; all taps are
// inside the input, and `start` never falls or, for a mirrored axis, never rises.
typedef struct {
  int count, taps;
  const int32_t *start;
  const float *weights;
} sluice_taps;

// Floats of scratch memory for an input `width` columns wide and `count` columns of output.
size_t sluice_resample_scratch(int width, int count);

// How bytes become values: (byte / 255 - mean) / deviation, each step rounded to float. A resize can take its numbers as
// they are before they are rounded to bytes.
typedef struct {
  float mean, deviation;
  int unrounded;
} sluice_normalization;

// Resizes one plane of bytes in 32-bit floats, rounds half to even and clamps to 0...255. The bytes go to `out` unless it
// is NULL; normalized they go to `values`, rows without gaps, unless that is NULL (then `normalization` may be, too).
void sluice_resample(
  const uint8_t *plane, ptrdiff_t stride, int width, const sluice_taps *columns, const sluice_taps *rows,
  const sluice_normalization *normalization, uint8_t *out, ptrdiff_t out_stride, float *values, float *scratch);

// The same of one plane of floats, neither rounded nor clamped nor normalized.
void sluice_resample_float(
  const float *plane, ptrdiff_t stride, int width, const sluice_taps *columns, const sluice_taps *rows, float *out,
  ptrdiff_t out_stride, float *scratch);

// Normalizes a plane of bytes.
void sluice_normalize(const uint8_t *plane, ptrdiff_t count, float mean, float deviation, float *out);

// One plane of a picture on its way through the fused path: where its part begins, how wide that is, and what a resize
// does to it.
typedef struct {
  const uint8_t *plane;
  ptrdiff_t stride;
  int width;
  sluice_taps columns, rows;
} sluice_fused_plane;

// Floats of scratch memory for parts up to `width` columns wide and `count` columns of output.
size_t sluice_fused_scratch(int width, int count);

// Crop, resize, color conversion, flip (by the order of columns) and normalization in one pass: Y, U and V are resized
// to the same size (U and V are NULL for gray pictures, which also take a NULL matrix) and converted pixel by pixel.
// Each color c goes, clamped to 0...255 but not rounded, times scale[c] plus offset[c] to values[c] unless `values` is
// NULL, and rounded to the c-th plane of `bytes` unless that is NULL.
void sluice_fused(
  const sluice_fused_plane *y, const sluice_fused_plane *u, const sluice_fused_plane *v, const sluice_yuv_matrix *matrix,
  const float scale[3], const float offset[3], float *const *values, uint8_t *bytes, float *scratch);
