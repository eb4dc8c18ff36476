#include "color.h"

#include <string.h>

#include "variants.h"

#pragma STDC FP_CONTRACT OFF

SLUICE_INLINE uint8_t truncated(float value) {
  value = value < 0.0f ? 0.0f : value;
  value = value > 255.0f ? 255.0f : value;
  return (uint8_t)(int)value;
}

SLUICE_INLINE float luma(uint8_t red, uint8_t green, uint8_t blue) {
  return (float)(int)((0.2989f * (float)red + 0.587f * (float)green) + 0.114f * (float)blue);
}

void sluice_blend_constant(uint8_t *bytes, ptrdiff_t count, float factor, float rest, float other) {
  uint8_t table[256];
  float added = rest * other;
  for (int value = 0; value < 256; value++) table[value] = truncated(factor * (float)value + added);
  sluice_lookup(bytes, count, table);
}

SLUICE_INLINE void blend_luma_body(
  uint8_t *red, uint8_t *green, uint8_t *blue, ptrdiff_t count, float factor, float rest) {
  for (ptrdiff_t i = 0; i < count; i++) {
    float added = rest * luma(red[i], green[i], blue[i]);
    red[i] = truncated(factor * (float)red[i] + added);
    green[i] = truncated(factor * (float)green[i] + added);
    blue[i] = truncated(factor * (float)blue[i] + added);
  }
}
SLUICE_VARIANTS(
  static, blend_luma,
  (uint8_t *restrict red, uint8_t *restrict green, uint8_t *restrict blue, ptrdiff_t count, float factor, float rest),
  (red, green, blue, count, factor, rest))

void sluice_blend_luma(uint8_t *planes, ptrdiff_t count, float factor, float rest) {
  blend_luma(planes, planes + count, planes + 2 * count, count, factor, rest);
}

SLUICE_INLINE void luma_sum_body(const uint8_t *planes, ptrdiff_t count, uint64_t *sum) {
  const uint8_t *red = planes, *green = planes + count, *blue = planes + 2 * count;
  uint64_t total = 0;
  for (ptrdiff_t from = 0; from < count; from += 1 << 16) {
    ptrdiff_t to = count - from < 1 << 16 ? count : from + (1 << 16);
    uint32_t part = 0;  // at most 2^16 * 255
    for (ptrdiff_t i = from; i < to; i++) part += (uint32_t)(int)luma(red[i], green[i], blue[i]);
    total += part;
  }
  *sum = total;
}
SLUICE_VARIANTS(
  static, luma_sum, (const uint8_t *restrict planes, ptrdiff_t count, uint64_t *restrict sum), (planes, count, sum))

uint64_t sluice_luma_sum(const uint8_t *planes, ptrdiff_t count) {
  uint64_t sum;
  luma_sum(planes, count, &sum);
  return sum;
}

// One row of the mean of nine, the center counted five times, blended with the row itself.
SLUICE_INLINE void soften_row_body(
  const uint8_t *above, const uint8_t *center, const uint8_t *below, int width, float factor, float rest, uint8_t *out) {
  for (int x = 1; x + 1 < width; x++) {
    uint16_t sum = (uint16_t)(above[x - 1] + above[x] + above[x + 1] + center[x - 1] + 5 * center[x] + center[x + 1] +
                              below[x - 1] + below[x] + below[x + 1] + 6);
    // sum / 13 rounded: 13 is odd, so there are no ties; exact for sums up to 13 * 255 + 6.
    uint16_t soft = (uint16_t)(((uint32_t)sum * 5042) >> 16);
    out[x] = truncated(factor * (float)center[x] + rest * (float)soft);
  }
}
SLUICE_VARIANTS(
  static, soften_row,
  (const uint8_t *restrict above, const uint8_t *restrict center, const uint8_t *restrict below, int width, float factor,
   float rest, uint8_t *restrict out),
  (above, center, below, width, factor, rest, out))

void sluice_blend_soft(uint8_t *plane, int width, int height, float factor, float rest, uint8_t *soft) {
  if (width <= 2 || height <= 2) return;
  ptrdiff_t count = (ptrdiff_t)width * height;
  memcpy(soft, plane, (size_t)count);
  // The border is blended with itself, which may lose a level by truncation.
  for (int y = 0; y < height; y++) {
    uint8_t *row = plane + (ptrdiff_t)y * width;
    const uint8_t *old = soft + (ptrdiff_t)y * width;
    if (y > 0 && y + 1 < height) {
      soften_row(old - width, old, old + width, width, factor, rest, row);
      row[0] = truncated(factor * (float)old[0] + rest * (float)old[0]);
      row[width - 1] = truncated(factor * (float)old[width - 1] + rest * (float)old[width - 1]);
    } else {
      for (int x = 0; x < width; x++) row[x] = truncated(factor * (float)old[x] + rest * (float)old[x]);
    }
  }
}

// Hue, saturation and value of the hexagonal cone, after Smith, "Color gamut transform pairs", 1978.
SLUICE_INLINE float cone(float value, float chroma, float place) {
  place = place >= 6.0f ? place - 6.0f : place;
  float falling = 4.0f - place;
  float k = place < falling ? place : falling;
  k = k > 1.0f ? 1.0f : k;
  k = k < 0.0f ? 0.0f : k;
  return value - chroma * k;
}

SLUICE_INLINE void shift_hue_body(uint8_t *reds, uint8_t *greens, uint8_t *blues, ptrdiff_t count, float turn) {
  float turned = turn * 6.0f;
  for (ptrdiff_t i = 0; i < count; i++) {
    float red = (float)reds[i], green = (float)greens[i], blue = (float)blues[i];
    float most = red > green ? red : green, least = red > green ? green : red;
    most = most > blue ? most : blue;
    least = least < blue ? least : blue;
    float chroma = most - least;
    float scale = 1.0f / (chroma > 0.0f ? chroma : 1.0f);
    float ahead = most == red ? green - blue : most == green ? blue - red : red - green;
    float base = most == red ? 0.0f : most == green ? 2.0f : 4.0f;
    float hue = (base + ahead * scale) + turned;
    hue = hue < 0.0f ? hue + 6.0f : hue;
    hue = hue < 0.0f ? hue + 6.0f : hue;
    hue = hue >= 6.0f ? hue - 6.0f : hue;
    // Conversion back to bytes as torchvision does it: 255.999 steps, truncated.
    const float steps = 255.999f / 255.0f;
    reds[i] = truncated(cone(most, chroma, hue + 5.0f) * steps);
    greens[i] = truncated(cone(most, chroma, hue + 3.0f) * steps);
    blues[i] = truncated(cone(most, chroma, hue + 1.0f) * steps);
  }
}
SLUICE_VARIANTS(
  static, shift_hue,
  (uint8_t *restrict reds, uint8_t *restrict greens, uint8_t *restrict blues, ptrdiff_t count, float turn),
  (reds, greens, blues, count, turn))

void sluice_shift_hue(uint8_t *planes, ptrdiff_t count, float turn) {
  shift_hue(planes, planes + count, planes + 2 * count, count, turn);
}
