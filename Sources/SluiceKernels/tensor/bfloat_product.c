#include <math.h>
#include <stddef.h>

#include "bfloat.h"
#include "tensor_rows.h"

#define KERNELS "bfloat.inc"
#include "variants.h"

void sluice_widen(const unsigned short *x, float *y, long count) { DISPATCH(widen, x, y, count); }

void sluice_narrow(const float *x, unsigned short *y, long count) { DISPATCH(narrow, x, y, count); }

void sluice_add_bfloat(const float *x, const sluice_bfloat *y, float *z, long count) {
  DISPATCH(add_bfloat, x, y, z, count);
}

void sluice_add_bfloats(const sluice_bfloat *x, const sluice_bfloat *y, float *z, long count) {
  DISPATCH(add_bfloats, x, y, z, count);
}

// The parts of a product that are at hand at a time: sums, and rows of A, in tiles. These are rearranged even where they
// could be read where they are: rows far apart share few places of the first cache, and the product takes half as long again.
enum { most_rows = 256, most_columns = 1024, most_depth = 256, whole_depth = 1024 };
enum { sum_bytes = most_rows * (most_columns + 16) * 4, tile_bytes = most_rows * whole_depth * 2 };

long sluice_bfloat_scratch_size(void) {
#if defined(__x86_64__)
  if (sluice_bfloat_level() == SLUICE_BFLOAT_AVX512) return sluice_product_avx512_scratch_size();
#endif
  return sum_bytes + tile_bytes;
}

void sluice_bfloat_product(
    const sluice_matrix *a, const sluice_bfloat *packed, long m, long n, long k, const sluice_finish *finish, void *scratch) {
  multiply_strip *multiply = sluice_strip_loops;
#if defined(__x86_64__)
  int level = sluice_bfloat_level();
  if (level == SLUICE_BFLOAT_AVX512) return sluice_product_avx512(a, packed, m, n, k, finish, scratch);
  if (level == SLUICE_BFLOAT_AMX) multiply = sluice_strip_amx;
#endif
  float *sums = scratch;
  sluice_bfloat *room = (sluice_bfloat *)((char *)scratch + sum_bytes);
  long depth = (k + 31) / 32 * 32;
  // A is rearranged once if it fits, else again for each part of the columns.
  bool at_once = depth <= whole_depth;
#if defined(__x86_64__)
  if (level == SLUICE_BFLOAT_AMX) sluice_amx_begin();
#endif
  for (long i = 0; i < m; i += most_rows) {
    long rows = least(m - i, most_rows);
    if (at_once) sluice_bfloat_tiles(a, i, rows, 0, k, 16, room);
    for (long j = 0; j < n; j += most_columns) {
      long columns = least(n - j, most_columns), stride = (columns + 31) / 32 * 32 + 16;
      for (long inner = 0; inner < depth; inner += most_depth) {
        long part = least(depth - inner, most_depth), width = at_once ? depth : part;
        if (!at_once) sluice_bfloat_tiles(a, i, rows, inner, least(k - inner, part), 16, room);
        for (long p = 0; p < columns; p += panel) {
          const sluice_bfloat *b = packed + (j + p) * depth + inner * panel;
          for (long r = 0; r < rows; r += 32) {
            const sluice_bfloat *start = room + r * width + (at_once ? inner * 16 : 0);
            multiply(start, width * 16, b, part / block, sums + r * stride + p, stride, least(rows - r, 32), inner > 0);
          }
        }
      }
      DISPATCH(finish, finish, sums, stride, i, j, rows, columns);
    }
  }
#if defined(__x86_64__)
  if (level == SLUICE_BFLOAT_AMX) sluice_amx_end();
#endif
}

void sluice_softmax_bfloat(
    const float *scores, long stride, const float *bias, long bias_stride, float scale, sluice_bfloat *shares,
    long share_stride, float *inverses, float *lse, long rows, long columns) {
  DISPATCH(
      softmax_bfloat, scores, stride, bias, bias_stride, scale, shares, share_stride, inverses, lse, rows, columns);
}

void sluice_softmax_bfloat_backward(
    float *scores, float *slopes, long stride, const float *bias, long bias_stride, float scale, const float *lse,
    sluice_bfloat *shares, sluice_bfloat *gradients, long share_stride, float *bias_gradient, long rows, long columns) {
  DISPATCH(
      softmax_bfloat_backward, scores, slopes, stride, bias, bias_stride, scale, lse, shares, gradients, share_stride,
      bias_gradient, rows, columns);
}
