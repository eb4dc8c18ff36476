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

void sluice_stretch(uint8_t *plane, ptrdiff_t count) {
  uint8_t least, most, table[256] = {0};
  extremes(plane, count, &least, &most);
  if (most <= least) return;
  float scale = 255.0f / (float)(most - least);
  for (int value = least; value <= most; value++) {
    float stretched = (float)(value - least) * scale;
    table[value] = (uint8_t)(stretched > 255.0f ? 255.0f : stretched);
  }
  sluice_lookup(plane, count, table);
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

static void lookup_portable(uint8_t *plane, ptrdiff_t count, const uint8_t *table) {
  for (ptrdiff_t i = 0; i < count; i++) plane[i] = table[plane[i]];
}

#if SLUICE_X86
// A table of 256 bytes is four registers: two permutations of two registers each, chosen by the highest bit.
__attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi"))) static void lookup_vbmi(
  uint8_t *plane, ptrdiff_t count, const uint8_t *table) {
  __m512i t0 = _mm512_loadu_si512(table), t1 = _mm512_loadu_si512(table + 64), t2 = _mm512_loadu_si512(table + 128),
          t3 = _mm512_loadu_si512(table + 192);
  for (ptrdiff_t i = 0; i < count; i += 64) {
    __mmask64 some = count - i < 64 ? ((__mmask64)1 << (count - i)) - 1 : ~(__mmask64)0;
    __m512i v = _mm512_maskz_loadu_epi8(some, plane + i);
    __m512i low = _mm512_permutex2var_epi8(t0, v, t1), high = _mm512_permutex2var_epi8(t2, v, t3);
    _mm512_mask_storeu_epi8(plane + i, some, _mm512_mask_blend_epi8(_mm512_movepi8_mask(v), low, high));
  }
}

static void lookup_avx512(uint8_t *plane, ptrdiff_t count, const uint8_t *table) {
  if (__builtin_cpu_supports("avx512vbmi")) lookup_vbmi(plane, count, table);
  else lookup_portable(plane, count, table);
}

static void lookup_avx2(uint8_t *plane, ptrdiff_t count, const uint8_t *table) {
  lookup_portable(plane, count, table);
}
#endif

void sluice_lookup(uint8_t *plane, ptrdiff_t count, const uint8_t table[256]) {
  SLUICE_DISPATCH(lookup, (plane, count, table))
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
