#include <string.h>

#include "pixels.h"
#include "resample.h"
#include "variants.h"

// Rows first, because they lie side by side in memory, then columns out of one row of floats. Multiplications and
// additions are rounded one by one in the same order in every variant, so that all give the same bits.
#pragma STDC FP_CONTRACT OFF

size_t sluice_resample_scratch(int width, int count) { return (size_t)width + (size_t)count + SLUICE_ROW_SLACK; }

#define SLUICE_BLEND_ROWS(type)                                                                                       \
  if (taps == 4) {                                                                                                    \
    const type *p0 = plane, *p1 = plane + stride, *p2 = plane + 2 * stride, *p3 = plane + 3 * stride;                 \
    float w0 = weights[0], w1 = weights[count], w2 = weights[2 * count], w3 = weights[3 * count];                     \
    for (int x = 0; x < width; x++)                                                                                   \
      out[x] = (((float)p0[x] * w0 + (float)p1[x] * w1) + (float)p2[x] * w2) + (float)p3[x] * w3;                     \
    return;                                                                                                           \
  }                                                                                                                   \
  if (taps == 2) {                                                                                                    \
    const type *p0 = plane, *p1 = plane + stride;                                                                     \
    float w0 = weights[0], w1 = weights[count];                                                                       \
    for (int x = 0; x < width; x++) out[x] = (float)p0[x] * w0 + (float)p1[x] * w1;                                   \
    return;                                                                                                           \
  }                                                                                                                   \
  for (int x = 0; x < width; x++) out[x] = (float)plane[x] * weights[0];                                              \
  for (int t = 1; t < taps; t++) {                                                                                    \
    const type *p = plane + t * stride;                                                                               \
    float w = weights[t * count];                                                                                     \
    for (int x = 0; x < width; x++) out[x] += (float)p[x] * w;                                                        \
  }

SLUICE_INLINE void sluice_blend_rows_body(
  const uint8_t *plane, ptrdiff_t stride, int width, int taps, const float *weights, int count, float *out) {
  SLUICE_BLEND_ROWS(uint8_t)
}
SLUICE_VARIANTS(
  , sluice_blend_rows,
  (const uint8_t *restrict plane, ptrdiff_t stride, int width, int taps, const float *restrict weights, int count,
   float *restrict out),
  (plane, stride, width, taps, weights, count, out))

SLUICE_INLINE void blend_floats_body(
  const float *plane, ptrdiff_t stride, int width, int taps, const float *weights, int count, float *out) {
  SLUICE_BLEND_ROWS(float)
}
SLUICE_VARIANTS(
  static, blend_floats,
  (const float *restrict plane, ptrdiff_t stride, int width, int taps, const float *restrict weights, int count,
   float *restrict out),
  (plane, stride, width, taps, weights, count, out))

static void columns_portable(const float *row, const sluice_taps *c, float *out) {
  for (int i = 0; i < c->count; i++) {
    const float *from = row + c->start[i];
    float sum = from[0] * c->weights[i];
    for (int t = 1; t < c->taps; t++) sum += from[t] * c->weights[t * c->count + i];
    out[i] = sum;
  }
}

#if SLUICE_X86
SLUICE_AVX2 static void columns_avx2(const float *row, const sluice_taps *c, float *out) {
  int i = 0;
  for (; i + 8 <= c->count; i += 8) {
    __m256i at = _mm256_loadu_si256((const __m256i *)(c->start + i));
    __m256 sum = _mm256_mul_ps(_mm256_i32gather_ps(row, at, 4), _mm256_loadu_ps(c->weights + i));
    for (int t = 1; t < c->taps; t++)
      sum = _mm256_add_ps(
        sum, _mm256_mul_ps(_mm256_i32gather_ps(row + t, at, 4), _mm256_loadu_ps(c->weights + t * c->count + i)));
    _mm256_storeu_ps(out + i, sum);
  }
  for (; i < c->count; i++) {
    float sum = row[c->start[i]] * c->weights[i];
    for (int t = 1; t < c->taps; t++) sum += row[c->start[i] + t] * c->weights[t * c->count + i];
    out[i] = sum;
  }
}

// Sixteen outputs take their inputs from two registers by a permutation when they lie within 32 neighbours, which they
// do up to a reduction of 1.7; else they gather.
SLUICE_AVX512 static void columns_avx512(const float *row, const sluice_taps *c, float *out) {
  for (int i = 0; i < c->count; i += 16) {
    int n = c->count - i < 16 ? c->count - i : 16;
    __mmask16 some = (__mmask16)((1u << n) - 1);
    __m512i at = _mm512_maskz_loadu_epi32(some, c->start + i);
    int first = c->start[i] < c->start[i + n - 1] ? c->start[i] : c->start[i + n - 1];
    int last = c->start[i] < c->start[i + n - 1] ? c->start[i + n - 1] : c->start[i];
    __m512 sum;
    if (last + c->taps - first <= 32) {
      __m512 low = _mm512_loadu_ps(row + first), high = _mm512_loadu_ps(row + first + 16);
      __m512i place = _mm512_sub_epi32(at, _mm512_set1_epi32(first));
      const __m512i one = _mm512_set1_epi32(1);
      sum = _mm512_mul_ps(_mm512_permutex2var_ps(low, place, high), _mm512_maskz_loadu_ps(some, c->weights + i));
      for (int t = 1; t < c->taps; t++) {
        place = _mm512_add_epi32(place, one);
        sum = _mm512_add_ps(sum, _mm512_mul_ps(_mm512_permutex2var_ps(low, place, high),
                                               _mm512_maskz_loadu_ps(some, c->weights + t * c->count + i)));
      }
    } else {
      const __m512 none = _mm512_setzero_ps();
      sum = _mm512_mul_ps(_mm512_mask_i32gather_ps(none, some, at, row, 4),
                          _mm512_maskz_loadu_ps(some, c->weights + i));
      for (int t = 1; t < c->taps; t++)
        sum = _mm512_add_ps(sum, _mm512_mul_ps(_mm512_mask_i32gather_ps(none, some, at, row + t, 4),
                                               _mm512_maskz_loadu_ps(some, c->weights + t * c->count + i)));
    }
    _mm512_mask_storeu_ps(out + i, some, sum);
  }
}
#endif

void sluice_blend_columns(const float *row, const sluice_taps *c, float *out) { SLUICE_DISPATCH(columns, (row, c, out)) }

// Adding and taking away 1.5 * 2^23 rounds half to even.
SLUICE_INLINE void round_row_body(const float *row, int count, uint8_t *out) {
  for (int i = 0; i < count; i++) {
    float value = (row[i] + 12582912.0f) - 12582912.0f;
    value = value < 0.0f ? 0.0f : value;
    value = value > 255.0f ? 255.0f : value;
    out[i] = (uint8_t)(int)value;
  }
}
SLUICE_VARIANTS(
  static, round_row, (const float *restrict row, int count, uint8_t *restrict out), (row, count, out))

void sluice_resample(
  const uint8_t *plane, ptrdiff_t stride, int width, const sluice_taps *columns, const sluice_taps *rows, uint8_t *out,
  ptrdiff_t out_stride, float *scratch) {
  float *line = scratch + width + SLUICE_ROW_SLACK;
  for (int y = 0; y < rows->count; y++) {
    sluice_blend_rows(plane + rows->start[y] * stride, stride, width, rows->taps, rows->weights + y, rows->count, scratch);
    sluice_blend_columns(scratch, columns, line);
    round_row(line, columns->count, out + y * out_stride);
  }
}

void sluice_resample_float(
  const float *plane, ptrdiff_t stride, int width, const sluice_taps *columns, const sluice_taps *rows, float *out,
  ptrdiff_t out_stride, float *scratch) {
  for (int y = 0; y < rows->count; y++) {
    blend_floats(plane + rows->start[y] * stride, stride, width, rows->taps, rows->weights + y, rows->count, scratch);
    sluice_blend_columns(scratch, columns, out + y * out_stride);
  }
}
