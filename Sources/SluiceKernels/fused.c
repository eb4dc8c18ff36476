#include "resample.h"
#include "variants.h"

#pragma STDC FP_CONTRACT OFF

size_t sluice_fused_scratch(int width, int count) {
  return (size_t)width + 3 * ((size_t)count + 16) + SLUICE_ROW_SLACK;
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

void sluice_fused(
  const sluice_fused_plane *y, const sluice_fused_plane *u, const sluice_fused_plane *v, const sluice_yuv_matrix *matrix,
  const float scale[3], const float offset[3], float *const *values, uint8_t *bytes, float *scratch) {
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
