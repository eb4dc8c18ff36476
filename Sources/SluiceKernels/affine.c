#include <string.h>

#include "fixed.h"
#include "variants.h"

#pragma STDC FP_CONTRACT OFF

// Two pixels of border on each side, so that all sixteen neighbors exist; rows end with what a word read at the last
// pixel may touch.
enum { BORDER = 2, BLOCK = 32 };

static ptrdiff_t row_of(int width) { return (ptrdiff_t)width + 2 * BORDER + 4; }

size_t sluice_affine_scratch(int width, int height) { return (size_t)(row_of(width) * (height + 2 * BORDER)); }

static void pad(const uint8_t *plane, int width, int height, uint8_t *out) {
  ptrdiff_t row = row_of(width);
  for (int y = -BORDER; y < height + BORDER; y++) {
    const uint8_t *from = plane + (ptrdiff_t)(y < 0 ? 0 : y >= height ? height - 1 : y) * width;
    uint8_t *to = out + (y + BORDER) * row;
    memset(to, from[0], BORDER);
    memcpy(to + BORDER, from, (size_t)width);
    memset(to + BORDER + width, from[width - 1], (size_t)(row - BORDER - width));
  }
}

SLUICE_INLINE double cubic(double v1, double v2, double v3, double v4, double d) {
  return v2 + d * (-v1 + v3 + d * (2 * (v1 - v2) + v3 - v4 + d * (-v1 + v2 - v3 + v4)));
}

// The cubic of the four neighbors in each word.
SLUICE_INLINE double cubic_of(uint32_t word, double d) {
  return cubic(
    (double)(int)(word & 255), (double)(int)(word >> 8 & 255), (double)(int)(word >> 16 & 255),
    (double)(int)(word >> 24), d);
}

// A block of at most BLOCK pixels from (x, y) on; `padded` is the pixel (-BORDER, -BORDER).
SLUICE_INLINE void affine_block_body(
  const uint8_t *padded, ptrdiff_t row, int width, int height, const sluice_affine *m, uint8_t fill, int x, int y,
  int count, uint8_t *out) {
  double across[BLOCK], down[BLOCK];
  int32_t at[BLOCK], outside[BLOCK];
  int slanted = 0, moved = 0;
  double middle_y = (double)y + 0.5;
  for (int i = 0; i < BLOCK; i++) {
    double middle_x = (double)(x + i) + 0.5;
    double column = m->a * middle_x + m->b * middle_y + m->c, line = m->d * middle_x + m->e * middle_y + m->f;
    int inside = (column >= 0) & (column < width) & (line >= 0) & (line < height) & (i < count);
    column = inside ? column - 0.5 : 0;
    line = inside ? line - 0.5 : 0;
    int32_t left = (int32_t)column, top = (int32_t)line;
    left -= column < left;
    top -= line < top;
    across[i] = column - (double)left;
    down[i] = line - (double)top;
    outside[i] = !inside;
    slanted |= across[i] != 0;
    moved |= down[i] != 0;
    at[i] = (int32_t)((top + BORDER - 1) * row) + left + BORDER - 1;
  }
  uint32_t words[4][BLOCK];
  double values[BLOCK];
  if (!moved) {
    for (int i = 0; i < BLOCK; i++) memcpy(&words[0][i], padded + at[i] + row, 4);
    for (int i = 0; i < BLOCK; i++) values[i] = cubic_of(words[0][i], across[i]);
  } else {
    for (int r = 0; r < 4; r++)
      for (int i = 0; i < BLOCK; i++) memcpy(&words[r][i], padded + at[i] + r * row, 4);
    if (!slanted) {
      for (int i = 0; i < BLOCK; i++)
        values[i] = cubic(
          (double)(int)(words[0][i] >> 8 & 255), (double)(int)(words[1][i] >> 8 & 255),
          (double)(int)(words[2][i] >> 8 & 255), (double)(int)(words[3][i] >> 8 & 255), down[i]);
    } else {
      for (int i = 0; i < BLOCK; i++)
        values[i] = cubic(
          cubic_of(words[0][i], across[i]), cubic_of(words[1][i], across[i]), cubic_of(words[2][i], across[i]),
          cubic_of(words[3][i], across[i]), down[i]);
    }
  }
  uint8_t bytes[BLOCK];
  for (int i = 0; i < BLOCK; i++) {
    double value = values[i] < 0 ? 0 : values[i];
    int32_t byte = (int32_t)(value > 255 ? 255 : value);
    bytes[i] = (uint8_t)(outside[i] ? fill : byte);
  }
  memcpy(out, bytes, (size_t)count);
}
SLUICE_VARIANTS(
  static, affine_block,
  (const uint8_t *restrict padded, ptrdiff_t row, int width, int height, const sluice_affine *restrict m, uint8_t fill,
   int x, int y, int count, uint8_t *restrict out),
  (padded, row, width, height, m, fill, x, y, count, out))

void sluice_affine_cubic(
  const uint8_t *plane, int width, int height, const sluice_affine *map, uint8_t fill, uint8_t *out, uint8_t *scratch) {
  pad(plane, width, height, scratch);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x += BLOCK) {
      int count = width - x < BLOCK ? width - x : BLOCK;
      affine_block(
        scratch, row_of(width), width, height, map, fill, x, y, count, out + (ptrdiff_t)y * width + x);
    }
}
