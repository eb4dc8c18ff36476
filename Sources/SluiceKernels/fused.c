#include "columns.h"
#include "resample.h"
#include "variants.h"

#pragma STDC FP_CONTRACT OFF

size_t sluice_fused_scratch(int width, int count) {
  return 6 * ((size_t)width + SLUICE_ROW_SLACK) + 3 * ((size_t)count + 16);
}

SLUICE_INLINE float clamped(float value) {
  value = value < 0.0f ? 0.0f : value;
  return value > 255.0f ? 255.0f : value;
}

// Three rows of Y, U and V become three rows of R, G and B in their place.
SLUICE_INLINE void to_colors_body(const sluice_yuv_matrix *m, int count, float *y, float *u, float *v) {
  const float scale = m->luma, rv = m->red_v, gu = m->green_u, gv = m->green_v, bu = m->blue_u;
  const float red0 = m->offset - 128.0f * rv, green0 = m->offset - 128.0f * (gu + gv), blue0 = m->offset - 128.0f * bu;
  for (int x = 0; x < count; x++) {
    float luma = y[x] * scale, across = u[x], along = v[x];
    y[x] = clamped((luma + red0) + along * rv);
    u[x] = clamped((luma + green0) + (across * gu + along * gv));
    v[x] = clamped((luma + blue0) + across * bu);
  }
}
SLUICE_VARIANTS(
  static, to_colors,
  (const sluice_yuv_matrix *restrict m, int count, float *restrict y, float *restrict u, float *restrict v),
  (m, count, y, u, v))

SLUICE_INLINE void scale_row_body(const float *row, int count, float scale, float offset, float *out) {
  for (int x = 0; x < count; x++) out[x] = row[x] * scale + offset;
}
SLUICE_VARIANTS(
  static, scale_row, (const float *restrict row, int count, float scale, float offset, float *restrict out),
  (row, count, scale, offset, out))

SLUICE_INLINE void byte_row_body(const float *row, int count, uint8_t *out) {
  for (int x = 0; x < count; x++) out[x] = (uint8_t)(int)(clamped(row[x]) + 0.5f);
}
SLUICE_VARIANTS(
  static, byte_row, (const float *restrict row, int count, uint8_t *restrict out), (row, count, out))

SLUICE_INLINE void clamp_row_body(float *row, int count) {
  for (int x = 0; x < count; x++) row[x] = clamped(row[x]);
}
SLUICE_VARIANTS(static, clamp_row, (float *row, int count), (row, count))

static void resized_row(const sluice_fused_plane *p, int row, float *scratch, float *out) {
  const sluice_taps *rows = &p->rows;
  sluice_blend_rows(
    p->plane + rows->start[row] * p->stride, p->stride, p->width, rows->taps, rows->weights + row, rows->count, scratch);
  sluice_blend_columns(scratch, &p->columns, out);
}

#define SLUICE_FUSED_PARAMETERS                                                                                     \
  (const sluice_fused_plane *y, const sluice_fused_plane *u, const sluice_fused_plane *v,                           \
   const sluice_yuv_matrix *matrix, const float scale[3], const float offset[3], float *const *values,              \
   uint8_t *bytes, float *scratch)

static void fused_portable SLUICE_FUSED_PARAMETERS {
  int count = y->columns.count, height = y->rows.count;
  float *rows[3];
  for (int c = 0; c < 3; c++) rows[c] = scratch + c * (count + 16);
  float *blended = scratch + 3 * (count + 16);
  for (int row = 0; row < height; row++) {
    resized_row(y, row, blended, rows[0]);
    if (matrix != NULL) {
      resized_row(u, row, blended, rows[1]);
      resized_row(v, row, blended, rows[2]);
      to_colors(matrix, count, rows[0], rows[1], rows[2]);
    } else {
      clamp_row(rows[0], count);
    }
    for (int c = 0; c < 3; c++) {
      const float *from = rows[matrix != NULL ? c : 0];
      ptrdiff_t place = (ptrdiff_t)row * count;
      if (values != NULL) scale_row(from, count, scale[c], offset[c], values[c] + place);
      if (bytes != NULL) byte_row(from, count, bytes + (ptrdiff_t)c * height * count + place);
    }
  }
}

#if SLUICE_X86
#define fused_avx2 fused_portable

SLUICE_AVX512 static inline __m512 clamped16(__m512 value) {
  return _mm512_min_ps(_mm512_max_ps(value, _mm512_setzero_ps()), _mm512_set1_ps(255.0f));
}

// Everything of one row once its planes' rows are blended; `taps` is a constant where that is worth it.
SLUICE_AVX512 static inline __attribute__((always_inline)) void finish_row(
  const sluice_fused_plane *const planes[3], float *const lines[3], int taps, const sluice_yuv_matrix *m,
  const float scale[3], const float offset[3], float *const values[3], uint8_t *const bytes[3], int streams) {
  const sluice_taps *across = &planes[0]->columns;
  __m512 luma_scale, rv, gu, gv, bu, red0, green0, blue0;
  if (m != NULL) {
    luma_scale = _mm512_set1_ps(m->luma);
    rv = _mm512_set1_ps(m->red_v), gu = _mm512_set1_ps(m->green_u), gv = _mm512_set1_ps(m->green_v),
    bu = _mm512_set1_ps(m->blue_u);
    red0 = _mm512_set1_ps(m->offset - 128.0f * m->red_v);
    green0 = _mm512_set1_ps(m->offset - 128.0f * (m->green_u + m->green_v));
    blue0 = _mm512_set1_ps(m->offset - 128.0f * m->blue_u);
  }
  for (int i = 0; i < across->count; i += 16) {
    int n = across->count - i < 16 ? across->count - i : 16;
    __m512 y = sluice_columns16(lines[0], across, taps, i, n), colors[3] = {y, y, y};
    if (m != NULL) {
      __m512 u = sluice_columns16(lines[1], &planes[1]->columns, taps, i, n);
      __m512 v = sluice_columns16(lines[2], &planes[2]->columns, taps, i, n);
      __m512 luma = _mm512_mul_ps(y, luma_scale);
      colors[0] = _mm512_add_ps(_mm512_add_ps(luma, red0), _mm512_mul_ps(v, rv));
      colors[1] = _mm512_add_ps(
        _mm512_add_ps(luma, green0), _mm512_add_ps(_mm512_mul_ps(u, gu), _mm512_mul_ps(v, gv)));
      colors[2] = _mm512_add_ps(_mm512_add_ps(luma, blue0), _mm512_mul_ps(u, bu));
    }
    for (int c = 0; c < 3; c++) {
      __m512 color = clamped16(colors[c]);
      if (values != NULL)
        sluice_put16(
          values[c] + i, n,
          _mm512_add_ps(_mm512_mul_ps(color, _mm512_set1_ps(scale[c])), _mm512_set1_ps(offset[c])), streams);
      if (bytes != NULL)
        _mm512_mask_cvtepi32_storeu_epi8(
          bytes[c] + i, sluice_first(n), _mm512_cvttps_epi32(_mm512_add_ps(color, _mm512_set1_ps(0.5f))));
    }
  }
}

// The next row is blended before the present one is read: loads across stores that are still under way would wait.
SLUICE_AVX512 static void fused_avx512 SLUICE_FUSED_PARAMETERS {
  const sluice_fused_plane *planes[3] = {y, u, v};
  int count = y->columns.count, height = y->rows.count, used = matrix != NULL ? 3 : 1, streams = values != NULL;
  ptrdiff_t area = (ptrdiff_t)height * count;
  int same_taps = 1;
  float *lines[2][3], *free = scratch;
  for (int c = 0; c < used; c++) {
    same_taps &= planes[c]->columns.taps == y->columns.taps;
    for (int turn = 0; turn < 2; turn++, free += planes[c]->width + SLUICE_ROW_SLACK) lines[turn][c] = free;
  }
  if (!same_taps) {
    fused_portable(y, u, v, matrix, scale, offset, values, bytes, scratch);
    return;
  }
  for (int c = 0; c < 3 && streams; c++) streams = sluice_streams(values[c], count, height);
  for (int row = 0; row <= height; row++) {
    for (int c = 0; c < used && row < height; c++) {
      const sluice_taps *rows = &planes[c]->rows;
      sluice_blend_rows(
        planes[c]->plane + rows->start[row] * planes[c]->stride, planes[c]->stride, planes[c]->width, rows->taps,
        rows->weights + row, rows->count, lines[row & 1][c]);
    }
    if (row == 0) continue;
    float *normal[3];
    uint8_t *levels[3];
    for (int c = 0; c < 3; c++) {
      ptrdiff_t place = (ptrdiff_t)(row - 1) * count;
      if (values != NULL) normal[c] = values[c] + place;
      if (bytes != NULL) levels[c] = bytes + c * area + place;
    }
    float *const *ready = lines[(row - 1) & 1], *const *floats = values != NULL ? normal : NULL;
    uint8_t *const *rounded = bytes != NULL ? levels : NULL;
    switch (y->columns.taps) {
      case 2: finish_row(planes, ready, 2, matrix, scale, offset, floats, rounded, streams); break;
      case 4: finish_row(planes, ready, 4, matrix, scale, offset, floats, rounded, streams); break;
      default: finish_row(planes, ready, y->columns.taps, matrix, scale, offset, floats, rounded, streams);
    }
  }
  if (streams) _mm_sfence();
}
#endif

void sluice_fused(
  const sluice_fused_plane *y, const sluice_fused_plane *u, const sluice_fused_plane *v, const sluice_yuv_matrix *matrix,
  const float scale[3], const float offset[3], float *const *values, uint8_t *bytes, float *scratch) {
  SLUICE_DISPATCH(fused, (y, u, v, matrix, scale, offset, values, bytes, scratch))
}
