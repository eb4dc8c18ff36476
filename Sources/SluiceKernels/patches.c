#include "patches.h"

#include <math.h>

#include "variants.h"

#pragma STDC FP_CONTRACT OFF

// Sixteen pixels at a time: lane j of 48 is always color j % 3.
enum { LANES = 48 };

SLUICE_INLINE void colors_of_lanes(const float *lanes, float *colors) {
  for (int c = 0; c < 3; c++) {
    float sum = 0;
    for (int j = c; j < LANES; j += 3) sum += lanes[j];
    colors[c] = sum;
  }
}

SLUICE_INLINE void sluice_patch_normalize_body(float *values, int pixels) {
  float lanes[LANES], mean[3], squares[3];
  int count = 3 * pixels, whole = count / LANES * LANES;
  for (int j = 0; j < LANES; j++) lanes[j] = 0;
  for (int i = 0; i < whole; i += LANES)
    for (int j = 0; j < LANES; j++) lanes[j] += values[i + j];
  for (int i = whole; i < count; i++) lanes[i - whole] += values[i];
  colors_of_lanes(lanes, mean);
  for (int c = 0; c < 3; c++) mean[c] /= (float)pixels;

  for (int j = 0; j < LANES; j++) lanes[j] = mean[j % 3];
  for (int i = 0; i < whole; i += LANES)
    for (int j = 0; j < LANES; j++) values[i + j] -= lanes[j];
  for (int i = whole; i < count; i++) values[i] -= lanes[i - whole];

  for (int j = 0; j < LANES; j++) lanes[j] = 0;
  for (int i = 0; i < whole; i += LANES)
    for (int j = 0; j < LANES; j++) lanes[j] += values[i + j] * values[i + j];
  for (int i = whole; i < count; i++) lanes[i - whole] += values[i] * values[i];
  colors_of_lanes(lanes, squares);

  for (int j = 0; j < LANES; j++) lanes[j] = 1.0f / (sqrtf(squares[j % 3] / (float)(pixels - 1)) + 1e-6f);
  for (int i = 0; i < whole; i += LANES)
    for (int j = 0; j < LANES; j++) values[i + j] *= lanes[j];
  for (int i = whole; i < count; i++) values[i] *= lanes[i - whole];
}
SLUICE_VARIANTS(, sluice_patch_normalize, (float *values, int pixels), (values, pixels))

SLUICE_INLINE void sluice_patch_gather_body(
  const uint8_t *clip, int height, int width, int frame, int top, int left, int length, int size, float *out) {
  for (int t = frame; t < frame + length; t++) {
    for (int y = top; y < top + size; y++) {
      const uint8_t *row = clip + (((ptrdiff_t)t * height + y) * width + left) * 3;
      for (int i = 0; i < 3 * size; i++) out[i] = (float)row[i] / 255.0f;
      out += 3 * size;
    }
  }
}
SLUICE_VARIANTS(
  , sluice_patch_gather,
  (const uint8_t *restrict clip, int height, int width, int frame, int top, int left, int length, int size,
   float *restrict out),
  (clip, height, width, frame, top, left, length, size, out))
