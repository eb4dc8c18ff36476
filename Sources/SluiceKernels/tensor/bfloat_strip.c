#include "bfloat.h"

#include <string.h>

static float widened(sluice_bfloat x) {
  unsigned bits = (unsigned)x << 16;
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

void sluice_strip_loops(
    const sluice_bfloat *a, long apart, const sluice_bfloat *b, long steps, float *c, long stride, long rows, bool keeps) {
  for (long r = 0; r < rows; r++) {
    const sluice_bfloat *line = a + r / 16 * apart + r % 16 * 32;
    for (long column = 0; column < panel; column++) {
      float sum = keeps ? c[r * stride + column] : 0;
      for (long k = 0; k < steps * block; k++) {
        const sluice_bfloat *tile = b + k / block * block * panel + column / 16 * 512;
        sum += widened(line[k / block * 512 + k % block]) * widened(tile[k % block / 2 * 32 + column % 16 * 2 + k % 2]);
      }
      c[r * stride + column] = sum;
    }
  }
}

#if defined(__x86_64__)
#include <immintrin.h>

#define WITH_TILES __attribute__((target("amx-tile,amx-bf16,avx512f")))

WITH_TILES void sluice_amx_begin(void) {
  struct {
    unsigned char palette, start, reserved[14];
    unsigned short row_bytes[16];
    unsigned char rows[16];
  } shape = {.palette = 1};
  for (int tile = 0; tile < 8; tile++) shape.row_bytes[tile] = 64, shape.rows[tile] = 16;
  _tile_loadconfig(&shape);
}

WITH_TILES void sluice_amx_end(void) { _tile_release(); }

// Tiles 0 to 3 hold sums, 4 and 5 rows of A, 6 and 7 columns of B.
WITH_TILES void sluice_strip_amx(
    const sluice_bfloat *a, long apart, const sluice_bfloat *b, long steps, float *c, long stride, long rows, bool keeps) {
  const sluice_bfloat *lower = a + apart;
  long bytes = stride * (long)sizeof *c;
  if (keeps) {
    _tile_loadd(0, c, bytes);
    _tile_loadd(1, c + 16, bytes);
  } else {
    _tile_zero(0);
    _tile_zero(1);
  }
  if (rows <= 16) {
    for (long step = 0; step < steps; step++, a += 512, b += block * panel) {
      _tile_loadd(4, a, 64);
      _tile_loadd(6, b, 64);
      _tile_dpbf16ps(0, 4, 6);
      _tile_loadd(7, b + 512, 64);
      _tile_dpbf16ps(1, 4, 7);
    }
  } else {
    if (keeps) {
      _tile_loadd(2, c + 16 * stride, bytes);
      _tile_loadd(3, c + 16 * stride + 16, bytes);
    } else {
      _tile_zero(2);
      _tile_zero(3);
    }
    for (long step = 0; step < steps; step++, a += 512, lower += 512, b += block * panel) {
      _tile_loadd(6, b, 64);
      _tile_loadd(4, a, 64);
      _tile_dpbf16ps(0, 4, 6);
      _tile_loadd(7, b + 512, 64);
      _tile_dpbf16ps(1, 4, 7);
      _tile_loadd(5, lower, 64);
      _tile_dpbf16ps(2, 5, 6);
      _tile_dpbf16ps(3, 5, 7);
    }
    _tile_stored(2, c + 16 * stride, bytes);
    _tile_stored(3, c + 16 * stride + 16, bytes);
  }
  _tile_stored(0, c, bytes);
  _tile_stored(1, c + 16, bytes);
}
#endif
