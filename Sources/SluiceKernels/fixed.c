#include "fixed.h"

#include <string.h>

#include "variants.h"

size_t sluice_fixed_scratch(int width, int height, int count) {
  // A row of inputs, a row of sums, and what is between the two passes.
  return (size_t)width + (size_t)count + (size_t)height * (size_t)count;
}

// sums[i] = the weighted inputs of output i plus `base`.
SLUICE_INLINE void fixed_columns_body(const int32_t *row, const sluice_fixed_taps *c, int32_t base, int32_t *sums) {
  const int32_t *start = c->start;
  int count = c->count;
  for (int i = 0; i < count; i++) sums[i] = base;
  for (int t = 0; t < c->taps; t++) {
    const int32_t *from = row + t, *weights = c->weights + (ptrdiff_t)t * count;
    for (int i = 0; i < count; i++) sums[i] += weights[i] * from[start[i]];
  }
}

SLUICE_INLINE uint8_t byte_of(int32_t value) {
  value = value < 0 ? 0 : value;
  return (uint8_t)(value > 255 ? 255 : value);
}

SLUICE_INLINE void pillow_columns_body(
  const uint8_t *from, int width, const sluice_fixed_taps *c, int32_t *row, int32_t *sums, uint8_t *out) {
  for (int x = 0; x < width; x++) row[x] = from[x];
  fixed_columns_body(row, c, 1 << 21, sums);
  for (int i = 0; i < c->count; i++) out[i] = byte_of(sums[i] >> 22);
}
SLUICE_VARIANTS(
  static, pillow_columns,
  (const uint8_t *restrict from, int width, const sluice_fixed_taps *restrict c, int32_t *restrict row,
   int32_t *restrict sums, uint8_t *restrict out),
  (from, width, c, row, sums, out))

SLUICE_INLINE void pillow_rows_body(
  const uint8_t *lines, int count, const sluice_fixed_taps *r, int y, int32_t *sums, uint8_t *out) {
  const uint8_t *from = lines + (ptrdiff_t)r->start[y] * count;
  for (int x = 0; x < count; x++) sums[x] = 1 << 21;
  for (int t = 0; t < r->taps; t++) {
    int32_t weight = r->weights[(ptrdiff_t)t * r->count + y];
    const uint8_t *line = from + (ptrdiff_t)t * count;
    for (int x = 0; x < count; x++) sums[x] += weight * line[x];
  }
  for (int x = 0; x < count; x++) out[x] = byte_of(sums[x] >> 22);
}
SLUICE_VARIANTS(
  static, pillow_rows,
  (const uint8_t *restrict lines, int count, const sluice_fixed_taps *restrict r, int y, int32_t *restrict sums,
   uint8_t *restrict out),
  (lines, count, r, y, sums, out))

// Runs `body` for each input row that outputs up to `y` need and that was not there yet; starts of rows never fall.
#define SLUICE_ROWS_UP_TO(y, body)                                            \
  for (ready = rows->start[y] > ready ? rows->start[y] : ready;               \
       ready < rows->start[y] + rows->taps; ready++) {                        \
    body;                                                                     \
  }

void sluice_resample_pillow(
  const uint8_t *plane, ptrdiff_t stride, int width, const sluice_fixed_taps *columns,
  const sluice_fixed_taps *rows, uint8_t *out, int32_t *scratch) {
  int count = columns->count, ready = 0;
  int32_t *row = scratch, *sums = scratch + width;
  uint8_t *lines = (uint8_t *)(sums + count);
  for (int y = 0; y < rows->count; y++) {
    SLUICE_ROWS_UP_TO(
      y, pillow_columns(plane + ready * stride, width, columns, row, sums, lines + (ptrdiff_t)ready * count))
    pillow_rows(lines, count, rows, y, sums, out + (ptrdiff_t)y * count);
  }
}

SLUICE_INLINE void opencv_columns_body(
  const uint8_t *from, int width, const sluice_fixed_taps *c, int32_t *row, int32_t *sums) {
  for (int x = 0; x < width; x++) row[x] = from[x];
  fixed_columns_body(row, c, 0, sums);
}
SLUICE_VARIANTS(
  static, opencv_columns,
  (const uint8_t *restrict from, int width, const sluice_fixed_taps *restrict c, int32_t *restrict row,
   int32_t *restrict sums),
  (from, width, c, row, sums))

SLUICE_INLINE void opencv_rows_body(
  const int32_t *lines, int count, const sluice_fixed_taps *r, int y, int32_t *sums, uint8_t *out) {
  const int32_t *from = lines + (ptrdiff_t)r->start[y] * count;
  for (int x = 0; x < count; x++) sums[x] = 2;
  for (int t = 0; t < r->taps; t++) {
    int32_t weight = r->weights[(ptrdiff_t)t * r->count + y];
    const int32_t *line = from + (ptrdiff_t)t * count;
    for (int x = 0; x < count; x++) sums[x] += (weight * (line[x] >> 4)) >> 16;
  }
  for (int x = 0; x < count; x++) out[x] = byte_of(sums[x] >> 2);
}
SLUICE_VARIANTS(
  static, opencv_rows,
  (const int32_t *restrict lines, int count, const sluice_fixed_taps *restrict r, int y, int32_t *restrict sums,
   uint8_t *restrict out),
  (lines, count, r, y, sums, out))

void sluice_resample_opencv(
  const uint8_t *plane, ptrdiff_t stride, int width, const sluice_fixed_taps *columns,
  const sluice_fixed_taps *rows, uint8_t *out, int32_t *scratch) {
  int count = columns->count, ready = 0;
  int32_t *row = scratch, *sums = scratch + width, *lines = sums + count;
  for (int y = 0; y < rows->count; y++) {
    SLUICE_ROWS_UP_TO(y, opencv_columns(plane + ready * stride, width, columns, row, lines + (ptrdiff_t)ready * count))
    opencv_rows(lines, count, rows, y, sums, out + (ptrdiff_t)y * count);
  }
}
