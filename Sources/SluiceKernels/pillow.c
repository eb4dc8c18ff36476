#include <string.h>

#include "fixed.h"
#include "variants.h"

#pragma STDC FP_CONTRACT OFF

SLUICE_INLINE int32_t pillow_luma(uint8_t red, uint8_t green, uint8_t blue) {
  return (19595 * red + 38470 * green + 7471 * blue + 32768) >> 16;
}

SLUICE_INLINE uint8_t blended(float other, float value, float factor) {
  float result = other + factor * (value - other);
  result = result < 0.0f ? 0.0f : result;
  result = result > 255.0f ? 255.0f : result;
  return (uint8_t)(int)result;
}

SLUICE_INLINE void pillow_blend_body(uint8_t *red, uint8_t *green, uint8_t *blue, ptrdiff_t count, float factor) {
  for (ptrdiff_t i = 0; i < count; i++) {
    float luma = (float)pillow_luma(red[i], green[i], blue[i]);
    red[i] = blended(luma, (float)red[i], factor);
    green[i] = blended(luma, (float)green[i], factor);
    blue[i] = blended(luma, (float)blue[i], factor);
  }
}
SLUICE_VARIANTS(
  static, pillow_blend,
  (uint8_t *restrict red, uint8_t *restrict green, uint8_t *restrict blue, ptrdiff_t count, float factor),
  (red, green, blue, count, factor))

void sluice_pillow_blend_luma(uint8_t *planes, ptrdiff_t count, float factor) {
  pillow_blend(planes, planes + count, planes + 2 * count, count, factor);
}

SLUICE_INLINE void pillow_sum_body(const uint8_t *planes, ptrdiff_t count, uint64_t *sum) {
  const uint8_t *red = planes, *green = planes + count, *blue = planes + 2 * count;
  uint64_t total = 0;
  for (ptrdiff_t from = 0; from < count; from += 1 << 16) {
    ptrdiff_t to = count - from < 1 << 16 ? count : from + (1 << 16);
    uint32_t part = 0;  // at most 2^16 * 255
    for (ptrdiff_t i = from; i < to; i++) part += (uint32_t)pillow_luma(red[i], green[i], blue[i]);
    total += part;
  }
  *sum = total;
}
SLUICE_VARIANTS(
  static, pillow_sum, (const uint8_t *restrict planes, ptrdiff_t count, uint64_t *restrict sum), (planes, count, sum))

uint64_t sluice_pillow_luma_sum(const uint8_t *planes, ptrdiff_t count) {
  uint64_t sum;
  pillow_sum(planes, count, &sum);
  return sum;
}

SLUICE_INLINE void pillow_soft_body(
  const uint8_t *above, const uint8_t *center, const uint8_t *below, int width, float factor, uint8_t *out) {
  for (int x = 1; x + 1 < width; x++) {
    uint16_t sum = (uint16_t)(above[x - 1] + above[x] + above[x + 1] + center[x - 1] + 5 * center[x] + center[x + 1] +
                              below[x - 1] + below[x] + below[x + 1] + 6);
    // sum / 13 rounded: 13 is odd, so there are no ties; exact for sums up to 13 * 255 + 6.
    uint16_t soft = (uint16_t)(((uint32_t)sum * 5042) >> 16);
    out[x] = blended((float)soft, (float)center[x], factor);
  }
}
SLUICE_VARIANTS(
  static, pillow_soft,
  (const uint8_t *restrict above, const uint8_t *restrict center, const uint8_t *restrict below, int width,
   float factor, uint8_t *restrict out),
  (above, center, below, width, factor, out))

void sluice_pillow_blend_soft(uint8_t *plane, int width, int height, float factor, uint8_t *soft) {
  if (width <= 2 || height <= 2) return;
  memcpy(soft, plane, (size_t)width * (size_t)height);
  for (int y = 1; y + 1 < height; y++) {
    const uint8_t *old = soft + (ptrdiff_t)y * width;
    pillow_soft(old - width, old, old + width, width, factor, plane + (ptrdiff_t)y * width);
  }
}

SLUICE_INLINE void pillow_blur_body(const uint8_t *center, ptrdiff_t stride, int width, uint8_t *out) {
  const uint8_t *top = center - 2 * stride, *above = center - stride, *below = center + stride,
                *bottom = center + 2 * stride;
  for (int x = 2; x + 2 < width; x++) {
    uint16_t sum = (uint16_t)(top[x - 2] + top[x - 1] + top[x] + top[x + 1] + top[x + 2] + above[x - 2] + above[x + 2] +
                              center[x - 2] + center[x + 2] + below[x - 2] + below[x + 2] + bottom[x - 2] +
                              bottom[x - 1] + bottom[x] + bottom[x + 1] + bottom[x + 2] + 8);
    out[x] = (uint8_t)(sum >> 4);
  }
}
SLUICE_VARIANTS(
  static, pillow_blur, (const uint8_t *restrict center, ptrdiff_t stride, int width, uint8_t *restrict out),
  (center, stride, width, out))

void sluice_pillow_blur(uint8_t *plane, int width, int height, uint8_t *soft) {
  if (width <= 4 || height <= 4) return;
  memcpy(soft, plane, (size_t)width * (size_t)height);
  for (int y = 2; y + 2 < height; y++)
    pillow_blur(soft + (ptrdiff_t)y * width, width, width, plane + (ptrdiff_t)y * width);
}
