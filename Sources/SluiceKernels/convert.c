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

SLUICE_INLINE void convert_row_body(
  const sluice_yuv_planes *p, const sluice_yuv_matrix *m, int left, int y, int width, uint8_t *red, uint8_t *green,
  uint8_t *blue, float *scratch) {
  int columns = (p->width + (1 << p->shift_x) - 1) >> p->shift_x, rows = (p->height + (1 << p->shift_y) - 1) >> p->shift_y;
  int near = y >> p->shift_y, far = near;
  if (p->shift_y) far = (y & 1) ? near + 1 : near - 1;
  far = far < 0 ? 0 : far >= rows ? rows - 1 : far;
  int from = left >> p->shift_x, to = ((left + width - 1) >> p->shift_x) + 2;
  int inside = to < columns ? to : columns;
  float *narrow = scratch, *u = narrow + width + 40, *v = u + width + 40;
  blend_rows(p->u + near * p->chroma_stride, p->u + far * p->chroma_stride, from, inside, narrow);
  if (inside < to) narrow[inside - from] = narrow[inside - from - 1];
  spread_columns(narrow, from, left, width, p->shift_x, u);
  blend_rows(p->v + near * p->chroma_stride, p->v + far * p->chroma_stride, from, inside, narrow);
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
SLUICE_VARIANTS(
  static, convert_row,
  (const sluice_yuv_planes *restrict p, const sluice_yuv_matrix *restrict m, int left, int y, int width,
   uint8_t *restrict red, uint8_t *restrict green, uint8_t *restrict blue, float *restrict scratch),
  (p, m, left, y, width, red, green, blue, scratch))

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
