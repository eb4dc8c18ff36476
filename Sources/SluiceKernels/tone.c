#include <string.h>

#include "color.h"
#include "variants.h"

#pragma STDC FP_CONTRACT OFF

SLUICE_INLINE void sluice_mask_bits_body(uint8_t *bytes, ptrdiff_t count, uint8_t mask) {
  for (ptrdiff_t i = 0; i < count; i++) bytes[i] &= mask;
}
SLUICE_VARIANTS(, sluice_mask_bits, (uint8_t *bytes, ptrdiff_t count, uint8_t mask), (bytes, count, mask))

SLUICE_INLINE void solarize_body(uint8_t *bytes, ptrdiff_t count, uint8_t first) {
  for (ptrdiff_t i = 0; i < count; i++) bytes[i] = bytes[i] >= first ? (uint8_t)~bytes[i] : bytes[i];
}
SLUICE_VARIANTS(static, solarize, (uint8_t *bytes, ptrdiff_t count, uint8_t first), (bytes, count, first))

void sluice_solarize(uint8_t *bytes, ptrdiff_t count, float threshold) {
  int first = 0;
  while (first < 256 && (float)first < threshold) first++;
  if (first < 256) solarize(bytes, count, (uint8_t)first);
}

SLUICE_INLINE void extremes_body(const uint8_t *plane, ptrdiff_t count, uint8_t *least, uint8_t *most) {
  uint8_t low = 255, high = 0;
  for (ptrdiff_t i = 0; i < count; i++) {
    low = plane[i] < low ? plane[i] : low;
    high = plane[i] > high ? plane[i] : high;
  }
  *least = low;
  *most = high;
}
SLUICE_VARIANTS(
  static, extremes, (const uint8_t *restrict plane, ptrdiff_t count, uint8_t *restrict least, uint8_t *restrict most),
  (plane, count, least, most))

SLUICE_INLINE void stretch_body(uint8_t *plane, ptrdiff_t count, float least, float scale) {
  for (ptrdiff_t i = 0; i < count; i++) {
    float value = ((float)plane[i] - least) * scale;
    value = value > 255.0f ? 255.0f : value;
    plane[i] = (uint8_t)(int)value;
  }
}
SLUICE_VARIANTS(
  static, stretch, (uint8_t *plane, ptrdiff_t count, float least, float scale), (plane, count, least, scale))

void sluice_stretch(uint8_t *plane, ptrdiff_t count) {
  uint8_t least, most;
  extremes(plane, count, &least, &most);
  if (most > least) stretch(plane, count, (float)least, 255.0f / (float)(most - least));
}

void sluice_histogram(const uint8_t *plane, ptrdiff_t count, uint32_t counts[256]) {
  // Four tables, so that runs of equal values do not wait for each other.
  uint32_t parts[4][256];
  memset(parts, 0, sizeof parts);
  ptrdiff_t i = 0;
  for (; i + 4 <= count; i += 4) {
    parts[0][plane[i]]++;
    parts[1][plane[i + 1]]++;
    parts[2][plane[i + 2]]++;
    parts[3][plane[i + 3]]++;
  }
  for (; i < count; i++) parts[0][plane[i]]++;
  for (int value = 0; value < 256; value++)
    counts[value] = parts[0][value] + parts[1][value] + parts[2][value] + parts[3][value];
}

void sluice_lookup(uint8_t *plane, ptrdiff_t count, const uint8_t table[256]) {
  for (ptrdiff_t i = 0; i < count; i++) plane[i] = table[plane[i]];
}

void sluice_copy_runs(const uint8_t *plane, ptrdiff_t count, const int32_t *runs, ptrdiff_t run_count, uint8_t *out) {
  memset(out, 0, (size_t)count);
  for (ptrdiff_t i = 0; i < run_count; i++) {
    const uint8_t *from = plane + runs[3 * i + 1];
    uint8_t *to = out + runs[3 * i];
    int length = runs[3 * i + 2];
    // Runs of rotations are a few pixels long; a call to memcpy costs more than they do.
    if (length > 32) memcpy(to, from, (size_t)length);
    else
      for (int k = 0; k < length; k++) to[k] = from[k];
  }
}

SLUICE_INLINE void sluice_flip_body(const uint8_t *plane, int width, int height, ptrdiff_t stride, uint8_t *out) {
  for (int y = 0; y < height; y++) {
    const uint8_t *from = plane + y * stride;
    uint8_t *to = out + (ptrdiff_t)y * width;
    for (int x = 0; x < width; x++) to[x] = from[width - 1 - x];
  }
}
SLUICE_VARIANTS(
  , sluice_flip, (const uint8_t *restrict plane, int width, int height, ptrdiff_t stride, uint8_t *restrict out),
  (plane, width, height, stride, out))
