#include <string.h>

#include "pixels.h"
#include "variants.h"

#pragma STDC FP_CONTRACT OFF

size_t sluice_yuv_scratch(int width) { return 4 * ((size_t)width + 40); }

// Chroma rows near and far of an output row, weighted 3 : 1 (equal rows where chroma is not subsampled), times 4.
SLUICE_INLINE void blend_rows(const uint8_t *near, const uint8_t *far, int from, int to, float *out) {
  for (int i = from; i < to; i++) out[i - from] = (float)(3 * near[i] + far[i]) - 512.0f;
}

// Columns left ..< left + width at full resolution, times 8: chroma column i belongs to pixel 2 i.
SLUICE_INLINE void spread_columns(const float *chroma, int from, int left, int width, int shift, float *out) {
  if (shift == 0) {
    for (int x = 0; x < width; x++) out[x] = chroma[x] + chroma[x];
    return;
  }
  int x = 0;
  const float *c = chroma + (left >> 1) - from;
  if (left & 1) out[x++] = c[0] + c[1], c++;
  int pairs = (width - x) / 2;
  float *pair = out + x;
  for (int i = 0; i < pairs; i++) {
    pair[2 * i] = c[i] + c[i];
    pair[2 * i + 1] = c[i] + c[i + 1];
  }
  if (x + 2 * pairs < width) out[x + 2 * pairs] = c[pairs] + c[pairs];
}

SLUICE_INLINE uint8_t rounded(float value) {
  value += 0.5f;
  value = value < 0.0f ? 0.0f : value;
  value = value > 255.0f ? 255.0f : value;
  return (uint8_t)(int)value;
}

// The chroma rows that a row of pixels takes its colors from, and the number of their columns.
typedef struct {
  const uint8_t *near_u, *far_u, *near_v, *far_v;
  int columns;
} chroma_rows;

SLUICE_INLINE chroma_rows chroma_of(const sluice_yuv_planes *p, int y) {
  int rows = (p->height + (1 << p->shift_y) - 1) >> p->shift_y, near = y >> p->shift_y, far = near;
  if (p->shift_y) far = (y & 1) ? near + 1 : near - 1;
  far = far < 0 ? 0 : far >= rows ? rows - 1 : far;
  chroma_rows c = {p->u + near * p->chroma_stride, p->u + far * p->chroma_stride, p->v + near * p->chroma_stride,
                   p->v + far * p->chroma_stride, (p->width + (1 << p->shift_x) - 1) >> p->shift_x};
  return c;
}

SLUICE_INLINE void convert_row_body(
  const sluice_yuv_planes *p, const sluice_yuv_matrix *m, int left, int y, int width, uint8_t *red, uint8_t *green,
  uint8_t *blue, float *scratch) {
  chroma_rows c = chroma_of(p, y);
  int from = left >> p->shift_x, to = ((left + width - 1) >> p->shift_x) + 2;
  int inside = to < c.columns ? to : c.columns;
  float *narrow = scratch, *u = narrow + width + 40, *v = u + width + 40;
  blend_rows(c.near_u, c.far_u, from, inside, narrow);
  if (inside < to) narrow[inside - from] = narrow[inside - from - 1];
  spread_columns(narrow, from, left, width, p->shift_x, u);
  blend_rows(c.near_v, c.far_v, from, inside, narrow);
  if (inside < to) narrow[inside - from] = narrow[inside - from - 1];
  spread_columns(narrow, from, left, width, p->shift_x, v);
  const uint8_t *luma = p->y + y * p->luma_stride + left;
  const float scale = m->luma, offset = m->offset, rv = m->red_v * 0.125f, gu = m->green_u * 0.125f,
              gv = m->green_v * 0.125f, bu = m->blue_u * 0.125f;
  for (int x = 0; x < width; x++) {
    float base = (float)luma[x] * scale + offset;
    red[x] = rounded(base + v[x] * rv);
    green[x] = rounded(base + (u[x] * gu + v[x] * gv));
    blue[x] = rounded(base + u[x] * bu);
  }
}

static void convert_row_portable(
  const sluice_yuv_planes *restrict p, const sluice_yuv_matrix *restrict m, int left, int y, int width,
  uint8_t *restrict red, uint8_t *restrict green, uint8_t *restrict blue, float *restrict scratch) {
  convert_row_body(p, m, left, y, width, red, green, blue, scratch);
}

#if SLUICE_X86
SLUICE_AVX2 static void convert_row_avx2(
  const sluice_yuv_planes *restrict p, const sluice_yuv_matrix *restrict m, int left, int y, int width,
  uint8_t *restrict red, uint8_t *restrict green, uint8_t *restrict blue, float *restrict scratch) {
  convert_row_body(p, m, left, y, width, red, green, blue, scratch);
}

// Chroma of 32 columns, times 4: rows near and far weighted 3 : 1.
SLUICE_AVX512 static inline __m512i blended(__m256i near, __m256i far) {
  __m512i wide = _mm512_cvtepu8_epi16(near);
  __m512i sum = _mm512_add_epi16(_mm512_add_epi16(wide, _mm512_slli_epi16(wide, 1)), _mm512_cvtepu8_epi16(far));
  return _mm512_sub_epi16(sum, _mm512_set1_epi16(512));
}

// Chroma of 32 columns and of the 64 pixels they belong to, times 8: those of even and of odd columns. `next` masks the
// columns that have one to their right.
typedef struct {
  __m512i even, odd;
} pairs;

SLUICE_AVX512 static inline pairs chroma_pairs(const uint8_t *near, const uint8_t *far, __mmask32 some, __mmask32 next) {
  __m256i near8 = _mm256_maskz_loadu_epi8(some, near), far8 = _mm256_maskz_loadu_epi8(some, far);
  __m512i here = blended(near8, far8);
  __m512i right = blended(_mm256_mask_loadu_epi8(near8, next, near + 1), _mm256_mask_loadu_epi8(far8, next, far + 1));
  pairs both = {_mm512_add_epi16(here, here), _mm512_add_epi16(here, right)};
  return both;
}

// One half of 32 small numbers as floats.
SLUICE_AVX512 static inline __m512 floats(__m512i words, int half) {
  return _mm512_cvtepi32_ps(
    _mm512_cvtepi16_epi32(half ? _mm512_extracti64x4_epi64(words, 1) : _mm512_castsi512_si256(words)));
}

// Rounded to nearest within 0...255, even and odd columns in turn.
SLUICE_AVX512 static inline __m256i joined(__m512 even, __m512 odd) {
  const __m512 half = _mm512_set1_ps(0.5f);
  __m512i low = _mm512_cvttps_epi32(_mm512_add_ps(even, half)), high = _mm512_cvttps_epi32(_mm512_add_ps(odd, half));
  __m512i words = _mm512_mask_blend_epi16(0xAAAAAAAA, low, _mm512_slli_epi32(high, 16));
  return _mm512_cvtusepi16_epi8(_mm512_max_epi16(words, _mm512_setzero_si512()));
}

SLUICE_AVX512 static void convert_row_avx512(
  const sluice_yuv_planes *restrict p, const sluice_yuv_matrix *restrict m, int left, int y, int width,
  uint8_t *restrict red, uint8_t *restrict green, uint8_t *restrict blue, float *restrict scratch) {
  // Pictures without halved columns are rare; columns are taken in pairs that begin at an even one.
  int single = p->shift_x ? left & 1 : width;
  if (single) convert_row_body(p, m, left, y, single, red, green, blue, scratch);
  if (single == width) return;
  left += single, width -= single, red += single, green += single, blue += single;

  chroma_rows c = chroma_of(p, y);
  const uint8_t *luma = p->y + y * p->luma_stride + left;
  const __m512 scale = _mm512_set1_ps(m->luma), offset = _mm512_set1_ps(m->offset),
               rv = _mm512_set1_ps(m->red_v * 0.125f), gu = _mm512_set1_ps(m->green_u * 0.125f),
               gv = _mm512_set1_ps(m->green_v * 0.125f), bu = _mm512_set1_ps(m->blue_u * 0.125f);
  const __m512i low_byte = _mm512_set1_epi32(255);
  for (int x = 0; x < width; x += 64) {
    int column = (left + x) >> 1, rest = c.columns - column;
    __mmask32 some = rest < 32 ? (1u << rest) - 1 : ~0u, next = rest < 33 ? (1u << (rest - 1)) - 1 : ~0u;
    pairs u = chroma_pairs(c.near_u + column, c.far_u + column, some, next);
    pairs v = chroma_pairs(c.near_v + column, c.far_v + column, some, next);
    for (int half = 0; half < 2 && x + 32 * half < width; half++) {
      int place = x + 32 * half, count = width - place;
      __mmask32 pixels = count < 32 ? (1u << count) - 1 : ~0u;
      __m512 u0 = floats(u.even, half), u1 = floats(u.odd, half), v0 = floats(v.even, half), v1 = floats(v.odd, half);
      __m512i both = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi8(pixels, luma + place));
      __m512 even = _mm512_cvtepi32_ps(_mm512_and_si512(both, low_byte)),
             odd = _mm512_cvtepi32_ps(_mm512_srli_epi32(both, 8));
      even = _mm512_add_ps(_mm512_mul_ps(even, scale), offset);
      odd = _mm512_add_ps(_mm512_mul_ps(odd, scale), offset);
      _mm256_mask_storeu_epi8(
        red + place, pixels,
        joined(_mm512_add_ps(even, _mm512_mul_ps(v0, rv)), _mm512_add_ps(odd, _mm512_mul_ps(v1, rv))));
      __m512 green0 = _mm512_add_ps(_mm512_mul_ps(u0, gu), _mm512_mul_ps(v0, gv)),
             green1 = _mm512_add_ps(_mm512_mul_ps(u1, gu), _mm512_mul_ps(v1, gv));
      _mm256_mask_storeu_epi8(
        green + place, pixels, joined(_mm512_add_ps(even, green0), _mm512_add_ps(odd, green1)));
      _mm256_mask_storeu_epi8(
        blue + place, pixels,
        joined(_mm512_add_ps(even, _mm512_mul_ps(u0, bu)), _mm512_add_ps(odd, _mm512_mul_ps(u1, bu))));
    }
  }
}
#endif

static void convert_row(
  const sluice_yuv_planes *p, const sluice_yuv_matrix *m, int left, int y, int width, uint8_t *red, uint8_t *green,
  uint8_t *blue, float *scratch) {
  SLUICE_DISPATCH(convert_row, (p, m, left, y, width, red, green, blue, scratch))
}

void sluice_yuv_to_rgb(
  const sluice_yuv_planes *picture, const sluice_yuv_matrix *matrix, int left, int top, int width, int height,
  const uint8_t *needed, uint8_t *rgb, float *scratch) {
  ptrdiff_t area = (ptrdiff_t)width * height;
  for (int row = 0; row < height; row++) {
    if (needed != NULL && !needed[row]) continue;
    uint8_t *out = rgb + (ptrdiff_t)row * width;
    convert_row(picture, matrix, left, top + row, width, out, out + area, out + 2 * area, scratch);
  }
}
