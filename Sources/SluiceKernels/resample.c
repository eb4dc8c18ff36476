#include <string.h>

#include "columns.h"
#include "normalize.h"
#include "pixels.h"
#include "resample.h"
#include "variants.h"

// Rows first, because they are side by side in memory, then columns out of one row of floats. Multiplications and
// additions are rounded one by one in the same order in every variant, so that all give the same bits.
#pragma STDC FP_CONTRACT OFF

size_t sluice_resample_scratch(int width, int count) { return 2 * ((size_t)width + SLUICE_ROW_SLACK) + 2 * (size_t)count; }

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

SLUICE_AVX512 static void columns_avx512(const float *row, const sluice_taps *c, float *out) {
  for (int i = 0; i < c->count; i += 16) {
    int n = c->count - i < 16 ? c->count - i : 16;
    _mm512_mask_storeu_ps(out + i, sluice_first(n), sluice_columns16(row, c, c->taps, i, n));
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

SLUICE_INLINE void normalize_row_body(const float *row, int count, const sluice_normalization *n, float *out) {
  for (int i = 0; i < count; i++) out[i] = (row[i] / 255.0f - n->mean) / n->deviation;
}
SLUICE_VARIANTS(
  static, normalize_row,
  (const float *restrict row, int count, const sluice_normalization *restrict n, float *restrict out),
  (row, count, n, out))

#define SLUICE_RESAMPLE_PARAMETERS                                                                       \
  (const uint8_t *plane, ptrdiff_t stride, int width, const sluice_taps *columns, const sluice_taps *rows, \
   const sluice_normalization *normalization, uint8_t *out, ptrdiff_t out_stride, float *values, float *scratch)

static void resample_portable SLUICE_RESAMPLE_PARAMETERS {
  float *line = scratch + width + SLUICE_ROW_SLACK;
  uint8_t *spare = (uint8_t *)(line + columns->count);
  for (int y = 0; y < rows->count; y++) {
    sluice_blend_rows(plane + rows->start[y] * stride, stride, width, rows->taps, rows->weights + y, rows->count, scratch);
    sluice_blend_columns(scratch, columns, line);
    uint8_t *bytes = out != NULL ? out + y * out_stride : spare;
    round_row(line, columns->count, bytes);
    if (values == NULL) continue;
    float *normal = values + (ptrdiff_t)y * columns->count;
    if (normalization->unrounded)
      normalize_row(line, columns->count, normalization, normal);
    else
      sluice_normalize(bytes, columns->count, normalization->mean, normalization->deviation, normal);
  }
}

#if SLUICE_X86
#define resample_avx2 resample_portable

// One row of outputs; `taps` is a constant where that is worth it.
SLUICE_AVX512 static inline __attribute__((always_inline)) void finish_columns(
  const float *row, const sluice_taps *c, int taps, const sluice_divisor *divisor, int unrounded, uint8_t *out,
  float *values, int streams) {
  const __m512i least = _mm512_setzero_si512(), most = _mm512_set1_epi32(255);
  for (int i = 0; i < c->count; i += 16) {
    int n = c->count - i < 16 ? c->count - i : 16;
    __m512 exact = n == 16 ? sluice_columns16(row, c, taps, i, 16) : sluice_columns16(row, c, taps, i, n);
    __m512i value = _mm512_min_epi32(_mm512_max_epi32(_mm512_cvtps_epi32(exact), least), most);
    if (out != NULL) _mm512_mask_cvtepi32_storeu_epi8(out + i, sluice_first(n), value);
    if (values != NULL)
      sluice_put16(values + i, n, sluice_normalized(unrounded ? exact : _mm512_cvtepi32_ps(value), divisor), streams);
  }
}

// A row of floats is all that goes through memory between the rows that come in and those that go out. The next row is
// blended before the present one is read: loads across stores that are still under way would wait for them.
SLUICE_AVX512 static void resample_avx512 SLUICE_RESAMPLE_PARAMETERS {
  sluice_divisor divisor = sluice_divisor_of(normalization);
  int streams = sluice_streams(values, columns->count, rows->count), exact = normalization->unrounded;
  float *line = scratch, *next = scratch + width + SLUICE_ROW_SLACK;
  for (int y = 0; y <= rows->count; y++) {
    if (y < rows->count)
      sluice_blend_rows_body(
        plane + rows->start[y] * stride, stride, width, rows->taps, rows->weights + y, rows->count, next);
    if (y > 0) {
      uint8_t *bytes = out != NULL ? out + (y - 1) * out_stride : NULL;
      float *normal = values != NULL ? values + (ptrdiff_t)(y - 1) * columns->count : NULL;
      switch (columns->taps) {
        case 2: finish_columns(line, columns, 2, &divisor, exact, bytes, normal, streams); break;
        case 4: finish_columns(line, columns, 4, &divisor, exact, bytes, normal, streams); break;
        default: finish_columns(line, columns, columns->taps, &divisor, exact, bytes, normal, streams);
      }
    }
    float *other = line;
    line = next;
    next = other;
  }
  if (streams) _mm_sfence();
}
#endif

void sluice_resample(
  const uint8_t *plane, ptrdiff_t stride, int width, const sluice_taps *columns, const sluice_taps *rows,
  const sluice_normalization *normalization, uint8_t *out, ptrdiff_t out_stride, float *values, float *scratch) {
  static const sluice_normalization none = {0.0f, 1.0f, 0};
  if (normalization == NULL) normalization = &none;
  SLUICE_DISPATCH(
    resample, (plane, stride, width, columns, rows, normalization, out, out_stride, values, scratch))
}

void sluice_resample_float(
  const float *plane, ptrdiff_t stride, int width, const sluice_taps *columns, const sluice_taps *rows, float *out,
  ptrdiff_t out_stride, float *scratch) {
  for (int y = 0; y < rows->count; y++) {
    blend_floats(plane + rows->start[y] * stride, stride, width, rows->taps, rows->weights + y, rows->count, scratch);
    sluice_blend_columns(scratch, columns, out + y * out_stride);
  }
}
