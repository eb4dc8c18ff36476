#include "pixels.h"
#include "variants.h"

static void split_portable(const uint8_t *rgb, ptrdiff_t count, uint8_t *red, uint8_t *green, uint8_t *blue) {
  for (ptrdiff_t i = 0; i < count; i++) {
    red[i] = rgb[3 * i];
    green[i] = rgb[3 * i + 1];
    blue[i] = rgb[3 * i + 2];
  }
}

static void join_portable(
  const uint8_t *red, const uint8_t *green, const uint8_t *blue, ptrdiff_t count, uint8_t *rgb) {
  for (ptrdiff_t i = 0; i < count; i++) {
    rgb[3 * i] = red[i];
    rgb[3 * i + 1] = green[i];
    rgb[3 * i + 2] = blue[i];
  }
}

#if SLUICE_X86
// place[c][v][i]: the byte of vector v that goes to (split) or comes from (join) lane i of color c, -1 for none.
#define NONE -1
static const int8_t gather_bytes[3][3][16] = {
  {{0, 3, 6, 9, 12, 15, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE},
   {NONE, NONE, NONE, NONE, NONE, NONE, 2, 5, 8, 11, 14, NONE, NONE, NONE, NONE, NONE},
   {NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, 1, 4, 7, 10, 13}},
  {{1, 4, 7, 10, 13, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE},
   {NONE, NONE, NONE, NONE, NONE, 0, 3, 6, 9, 12, 15, NONE, NONE, NONE, NONE, NONE},
   {NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, 2, 5, 8, 11, 14}},
  {{2, 5, 8, 11, 14, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE},
   {NONE, NONE, NONE, NONE, NONE, 1, 4, 7, 10, 13, NONE, NONE, NONE, NONE, NONE, NONE},
   {NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, 0, 3, 6, 9, 12, 15}},
};
static const int8_t scatter_bytes[3][3][16] = {
  {{0, NONE, NONE, 1, NONE, NONE, 2, NONE, NONE, 3, NONE, NONE, 4, NONE, NONE, 5},
   {NONE, 0, NONE, NONE, 1, NONE, NONE, 2, NONE, NONE, 3, NONE, NONE, 4, NONE, NONE},
   {NONE, NONE, 0, NONE, NONE, 1, NONE, NONE, 2, NONE, NONE, 3, NONE, NONE, 4, NONE}},
  {{NONE, NONE, 6, NONE, NONE, 7, NONE, NONE, 8, NONE, NONE, 9, NONE, NONE, 10, NONE},
   {5, NONE, NONE, 6, NONE, NONE, 7, NONE, NONE, 8, NONE, NONE, 9, NONE, NONE, 10},
   {NONE, 5, NONE, NONE, 6, NONE, NONE, 7, NONE, NONE, 8, NONE, NONE, 9, NONE, NONE}},
  {{NONE, 11, NONE, NONE, 12, NONE, NONE, 13, NONE, NONE, 14, NONE, NONE, 15, NONE, NONE},
   {NONE, NONE, 11, NONE, NONE, 12, NONE, NONE, 13, NONE, NONE, 14, NONE, NONE, 15, NONE},
   {10, NONE, NONE, 11, NONE, NONE, 12, NONE, NONE, 13, NONE, NONE, 14, NONE, NONE, 15}},
};

SLUICE_AVX2 static inline __m128i chosen(__m128i a, __m128i b, __m128i c, const int8_t place[3][16]) {
  __m128i first = _mm_shuffle_epi8(a, _mm_loadu_si128((const __m128i *)place[0]));
  __m128i second = _mm_shuffle_epi8(b, _mm_loadu_si128((const __m128i *)place[1]));
  __m128i third = _mm_shuffle_epi8(c, _mm_loadu_si128((const __m128i *)place[2]));
  return _mm_or_si128(_mm_or_si128(first, second), third);
}

SLUICE_AVX2 static void split_avx2(const uint8_t *rgb, ptrdiff_t count, uint8_t *red, uint8_t *green, uint8_t *blue) {
  ptrdiff_t i = 0;
  for (; i + 16 <= count; i += 16) {
    const __m128i *from = (const __m128i *)(rgb + 3 * i);
    __m128i a = _mm_loadu_si128(from), b = _mm_loadu_si128(from + 1), c = _mm_loadu_si128(from + 2);
    _mm_storeu_si128((__m128i *)(red + i), chosen(a, b, c, gather_bytes[0]));
    _mm_storeu_si128((__m128i *)(green + i), chosen(a, b, c, gather_bytes[1]));
    _mm_storeu_si128((__m128i *)(blue + i), chosen(a, b, c, gather_bytes[2]));
  }
  split_portable(rgb + 3 * i, count - i, red + i, green + i, blue + i);
}

SLUICE_AVX2 static void join_avx2(
  const uint8_t *red, const uint8_t *green, const uint8_t *blue, ptrdiff_t count, uint8_t *rgb) {
  ptrdiff_t i = 0;
  for (; i + 16 <= count; i += 16) {
    __m128i r = _mm_loadu_si128((const __m128i *)(red + i)), g = _mm_loadu_si128((const __m128i *)(green + i)),
            b = _mm_loadu_si128((const __m128i *)(blue + i));
    __m128i *to = (__m128i *)(rgb + 3 * i);
    _mm_storeu_si128(to, chosen(r, g, b, scatter_bytes[0]));
    _mm_storeu_si128(to + 1, chosen(r, g, b, scatter_bytes[1]));
    _mm_storeu_si128(to + 2, chosen(r, g, b, scatter_bytes[2]));
  }
  join_portable(red + i, green + i, blue + i, count - i, rgb + 3 * i);
}

// Limited by the stores already.
#define split_avx512 split_avx2
#define join_avx512 join_avx2
#endif

void sluice_rgb_split(const uint8_t *rgb, ptrdiff_t count, uint8_t *red, uint8_t *green, uint8_t *blue) {
  SLUICE_DISPATCH(split, (rgb, count, red, green, blue))
}

void sluice_rgb_join(
  const uint8_t *red, const uint8_t *green, const uint8_t *blue, ptrdiff_t count, uint8_t *rgb) {
  SLUICE_DISPATCH(join, (red, green, blue, count, rgb))
}
