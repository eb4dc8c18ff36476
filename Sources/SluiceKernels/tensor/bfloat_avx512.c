// Products of bfloat16 numbers on AVX512_BF16, strip by strip.
#include "bfloat.h"

#if defined(__x86_64__)
#include <stdint.h>

#include "soon.h"
#include "vector_avx512.h"

// Rows of a strip; rows and numbers of the inner side at hand at a time, such that they share the second cache with a panel
// of the right operand.
enum { lines = sluice_strip_lines, most_depth = 1600, most_numbers = 14 * 16 * 800, most_rows = 14 * 128, most_sums = 14 * 8 * 1024 };
enum { strip_bytes = (most_numbers + 2 * lines * most_depth) * 2, sum_bytes = most_sums * 4 };
// Numbers of a result that would push all else out of the second cache.
enum { far_numbers = 1 << 18 };

long sluice_product_avx512_scratch_size(void) { return strip_bytes + sum_bytes + lines * panel * 4; }

WIDE void sluice_finish_avx512(
    const sluice_finish *to, const float *sums, long stride, long row, long column, long rows, long columns) {
  __mmask16 low = first_of(columns), high = first_of(columns - 16);
  __m512 bias_low = _mm512_setzero_ps(), bias_high = bias_low;
  if (to->bias) {
    bias_low = _mm512_maskz_loadu_ps(low, to->bias + column);
    bias_high = _mm512_maskz_loadu_ps(high, to->bias + column + 16);
  }
  bool is_changed = to->bias || to->row_scale || to->scale != 1;
  for (long r = 0; r < rows; r++) {
    __m512 x = _mm512_loadu_ps(sums + r * stride), y = _mm512_loadu_ps(sums + r * stride + 16);
    if (is_changed) {
      __m512 scale = _mm512_set1_ps(to->scale * (to->row_scale ? to->row_scale[row + r] : 1));
      x = _mm512_fmadd_ps(x, scale, bias_low);
      y = _mm512_fmadd_ps(y, scale, bias_high);
    }
    long place = (row + r) * to->stride + column;
    if (to->sums) put(to->sums + place, columns, narrowed(x, y));
    if (to->activation) {
      // Of rounded sums, so that it can be computed again from what is kept.
      __m512i rounded = narrowed(x, y);
      x = lower(rounded);
      y = upper(rounded);
      if (to->activation == SLUICE_GELU) {
        x = activated(SLUICE_GELU, x);
        y = activated(SLUICE_GELU, y);
      } else {
        x = activated(to->activation, x);
        y = activated(to->activation, y);
      }
    }
    if (!to->is_float) {
      put((sluice_bfloat *)to->result + place, columns, narrowed(x, y));
      continue;
    }
    float *result = (float *)to->result + place;
    if (to->accumulates) {
      x = _mm512_add_ps(x, get(result, columns));
      y = _mm512_add_ps(y, get(result + 16, columns - 16));
    }
    set(result, columns, x);
    set(result + 16, columns - 16, y);
  }
}

// Rows and numbers of the inner side at hand at a time.
typedef struct {
  long tall, deep;
} extents;

static extents choose(const sluice_matrix *a, long m, long n, long depth, bool in_place) {
  extents at;
  if (a->is_transposed && in_place && 32 * lines * n <= most_sums) {
    // Long runs of rows, for they are side by side in memory; the sums stay in the second cache.
    at.tall = least((m + lines - 1) / lines * lines, 32 * lines);
    at.deep = least(depth, 8 * block);
  } else {
    // Equal parts of the inner side.
    long parts = (depth + most_depth - 1) / most_depth;
    at.deep = (depth / block + parts - 1) / parts * block;
  }
  at.tall = least(most_rows, most_numbers / at.deep / lines * lines);
  // Where all of the right operand stays in the second cache, it is left to it.
  if (!a->is_transposed && depth * n <= most_numbers / 2) at.tall = least(at.tall, 8 * lines);
  return at;
}

// The part of a product that is at hand: rows from `row`, numbers of the inner side from `inner`.
typedef struct {
  long row, rows, inner, part;
} portion;

// Puts the rows of A into strips.
static void arrange(const sluice_matrix *a, portion at, long width, sluice_bfloat *strips) {
  long full = at.rows / lines > 1 ? (at.rows / lines - 1) * lines : 0;
  if (full) sluice_bfloat_tiles(a, at.row, full, at.inner, width, lines, strips);
  for (long r = full, height; r < at.rows; r += height) {
    height = sluice_strip_rows(at.rows - r);
    sluice_bfloat_tiles(a, at.row + r, height, at.inner, width, height, strips + r * at.part);
  }
}

// The numbers of A that are arranged after those at hand, in shares.
static coming begin_next(
    const sluice_matrix *a, portion at, extents most, long m, long k, bool is_last, long shares) {
  portion next = at;
  next.inner += at.part;
  if (next.inner >= k) {
    next.inner = 0;
    if (is_last) next.row += at.rows;
  }
  long size = a->is_float ? 4 : 2, rows = least(m - next.row, most.tall), deep = least(k - next.inner, most.deep);
  if (rows <= 0 || (next.row == at.row && next.inner == at.inner)) return (coming){.length = 1};
  long line = a->is_transposed ? next.inner : next.row, place = a->is_transposed ? next.row : next.inner;
  const char *start = (const char *)a->start + (line * a->stride + place) * size;
  return begin(
      start, a->stride * size, (a->is_transposed ? rows : deep) * size, a->is_transposed ? deep : rows, shares,
      at.part / block);
}

void sluice_product_avx512(
    const sluice_matrix *a, const sluice_bfloat *packed, long m, long n, long k, const sluice_finish *finish, void *scratch) {
  long depth = (k + block - 1) / block * block;
  sluice_bfloat *strips = scratch;
  float *sums = (float *)((char *)scratch + strip_bytes), *tile = sums + most_sums;
  bool is_plain = !finish->row_scale && finish->scale == 1 && !finish->sums && !finish->activation;
  // Sums that only have to be put somewhere are kept there.
  bool in_place = is_plain && n % panel == 0 && finish->is_float && !finish->bias;
  bool is_brief = is_plain && !finish->is_float;
  extents most = choose(a, m, n, depth, in_place);
  bool is_whole = most.deep == depth;
  // Gradients of large weights are written once, and read when all others are there.
  bool is_far = in_place && is_whole && !finish->accumulates && m * n >= far_numbers &&
      ((uintptr_t)finish->result | finish->stride * 4) % 64 == 0;
  long broad = in_place || is_whole ? n : least(most_sums / most.tall / panel * panel, (n + panel - 1) / panel * panel);
  portion at;
  for (at.row = 0; at.row < m; at.row += most.tall) {
    at.rows = least(m - at.row, most.tall);
    for (long j = 0; j < n; j += broad) {
      long columns = least(n - j, broad), panels = (columns + panel - 1) / panel;
      for (at.inner = 0; at.inner < depth; at.inner += most.deep) {
        at.part = least(depth - at.inner, most.deep);
        if (!is_whole || j == 0) arrange(a, at, least(k - at.inner, at.part), strips);
        bool is_last = at.inner + at.part == depth;
        long height_count = (at.rows + lines - 1) / lines;
        coming rows = begin_next(a, at, most, m, k, j + broad >= n, panels * height_count);
        for (long p = 0; p < columns; p += panel) {
          const sluice_bfloat *b = packed + (j + p) * depth + at.inner * panel;
          coming panels_next = begin(b + depth * panel, 0, at.part * panel * 2, 1, height_count, at.part / block);
          for (long r = 0, height; r < at.rows; r += height) {
            height = sluice_strip_rows(at.rows - r);
            long row = at.row + r, column = j + p, side = least(columns - p, panel), blocks = at.part / block;
            sluice_outcome to = {.stride = broad, .keeps = at.inner > 0};
            if (p + panel < columns) to.soon[0] = next_share(&panels_next);
            to.soon[1] = next_share(&rows);
            if (in_place) {
              to.sums = (float *)finish->result + row * finish->stride + column;
              to.stride = finish->stride;
              to.keeps |= finish->accumulates;
              to.is_far = is_far;
            } else if (is_whole) {
              to.sums = tile;
              to.stride = panel;
            } else {
              to.sums = sums + r * broad + p;
            }
            bool is_direct = is_brief && is_last && side == panel;
            if (is_direct) {
              to.numbers = (sluice_bfloat *)finish->result + row * finish->stride + column;
              to.apart = finish->stride;
              to.bias = finish->bias ? finish->bias + column : NULL;
            }
            sluice_multiply_avx512[height](strips + r * at.part, b, blocks, &to);
            if (is_last && !in_place && !is_direct)
              sluice_finish_avx512(finish, to.sums, to.stride, row, column, height, side);
          }
        }
      }
    }
  }
  if (is_far) _mm_sfence();
}
#endif
