// Products of bfloat16 numbers on AVX512_BF16: the sums of 14 rows and 32 columns stay in registers.
#include "bfloat.h"

#if defined(__x86_64__)
#include <stddef.h>
#include <string.h>

#include "vector_avx512.h"

// Rows of a strip; rows and numbers of the inner side at hand at a time, such that they share the second cache with a panel
// of the right operand.
enum { lines = sluice_strip_lines, most_depth = 1600, most_numbers = 14 * 16 * 800, most_rows = 14 * 128, most_sums = 14 * 8 * 1024 };
enum { strip_bytes = (most_numbers + 2 * lines * most_depth) * 2, sum_bytes = most_sums * 4 };

long sluice_product_avx512_scratch_size(void) { return strip_bytes + sum_bytes + lines * panel * 4; }

#define MULTIPLY(ROWS) \
  WIDE static void multiply_##ROWS( \
      const sluice_bfloat *a, const sluice_bfloat *b, long steps, float *c, long stride, bool keeps) { \
    __m512 low[ROWS], high[ROWS]; \
    _Pragma("clang loop unroll(full)") for (int r = 0; r < ROWS; r++) { \
      low[r] = keeps ? _mm512_loadu_ps(c + r * stride) : _mm512_setzero_ps(); \
      high[r] = keeps ? _mm512_loadu_ps(c + r * stride + 16) : _mm512_setzero_ps(); \
    } \
    for (long step = 0; step < steps; step++, a += ROWS * block, b += block * panel) { \
      _Pragma("clang loop unroll(disable)") for (long pair = 0; pair < 16; pair++) { \
        __m512bh first = (__m512bh)_mm512_loadu_si512(b + pair * 32); \
        __m512bh second = (__m512bh)_mm512_loadu_si512(b + 512 + pair * 32); \
        _Pragma("clang loop unroll(full)") for (int r = 0; r < ROWS; r++) { \
          int both; \
          memcpy(&both, a + r * block + pair * 2, sizeof both); \
          __m512bh left = (__m512bh)_mm512_set1_epi32(both); \
          low[r] = _mm512_dpbf16_ps(low[r], left, first); \
          high[r] = _mm512_dpbf16_ps(high[r], left, second); \
        } \
      } \
    } \
    _Pragma("clang loop unroll(full)") for (int r = 0; r < ROWS; r++) { \
      _mm512_storeu_ps(c + r * stride, low[r]); \
      _mm512_storeu_ps(c + r * stride + 16, high[r]); \
    } \
  }

MULTIPLY(1)
MULTIPLY(2)
MULTIPLY(3)
MULTIPLY(4)
MULTIPLY(5)
MULTIPLY(6)
MULTIPLY(7)
MULTIPLY(8)
MULTIPLY(9)
MULTIPLY(10)
MULTIPLY(11)
MULTIPLY(12)
MULTIPLY(13)
MULTIPLY(14)

sluice_multiply_rows *const sluice_multiply_avx512[] = {
    NULL,        multiply_1,  multiply_2,  multiply_3,  multiply_4,  multiply_5,  multiply_6,  multiply_7,
    multiply_8,  multiply_9,  multiply_10, multiply_11, multiply_12, multiply_13, multiply_14,
};

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

// Asks for `bytes` from `start` on to be brought to the second cache.
static void fetch(const void *start, long bytes) {
  for (long at = 0; at < bytes; at += 64) __builtin_prefetch((const char *)start + at, 0, 2);
}

// Rows and numbers of the inner side at hand at a time.
typedef struct {
  long tall, deep;
} extents;

static extents choose(const sluice_matrix *a, long m, long n, long depth, bool in_place) {
  extents at;
  if (a->is_transposed && in_place) {
    // Long runs of rows, for they lie side by side in memory.
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

// Asks for share `unit` of `units` of the numbers of A that are arranged next.
static void fetch_next(const sluice_matrix *a, portion at, extents most, long m, long k, long unit, long units) {
  long bytes = a->is_float ? 4 : 2;
  const char *start = a->start;
  if (a->is_transposed) {
    long first = at.inner + at.part, next = least(k - first, most.deep);
    for (long line = first + unit * next / units; next > 0 && line < first + (unit + 1) * next / units; line++) {
      fetch(start + (line * a->stride + at.row) * bytes, at.rows * bytes);
    }
  } else if (at.part >= k) {
    long first = at.row + at.rows, next = least(m - first, most.tall) * a->stride * bytes;
    if (next > 0) fetch(start + first * a->stride * bytes + unit * (next / units), next / units);
  }
}

void sluice_product_avx512(
    const sluice_matrix *a, const sluice_bfloat *packed, long m, long n, long k, const sluice_finish *finish, void *scratch) {
  long depth = (k + block - 1) / block * block;
  sluice_bfloat *strips = scratch;
  float *sums = (float *)((char *)scratch + strip_bytes), *tile = sums + most_sums;
  // Sums that only have to be put somewhere are kept there.
  bool in_place = n % panel == 0 && finish->is_float && !finish->bias && !finish->row_scale && finish->scale == 1 &&
      !finish->sums && !finish->activation;
  extents most = choose(a, m, n, depth, in_place);
  bool is_whole = most.deep == depth;
  long broad = in_place || is_whole ? n : least(most_sums / most.tall / panel * panel, (n + panel - 1) / panel * panel);
  portion at;
  for (at.row = 0; at.row < m; at.row += most.tall) {
    at.rows = least(m - at.row, most.tall);
    for (long j = 0; j < n; j += broad) {
      long columns = least(n - j, broad), panels = (columns + panel - 1) / panel;
      for (at.inner = 0; at.inner < depth; at.inner += most.deep) {
        at.part = least(depth - at.inner, most.deep);
        if (!is_whole || j == 0) arrange(a, at, least(k - at.inner, at.part), strips);
        long unit = 0, units = panels * ((at.rows + lines - 1) / lines);
        for (long p = 0; p < columns; p += panel) {
          const sluice_bfloat *b = packed + (j + p) * depth + at.inner * panel;
          for (long r = 0, height; r < at.rows; r += height, unit++) {
            height = sluice_strip_rows(at.rows - r);
            const sluice_bfloat *strip = strips + r * at.part;
            if (p + panel < columns)
              fetch(b + (depth + r * at.part / at.rows) * panel, height * at.part / at.rows * panel * 2);
            fetch_next(a, at, most, m, k, unit, units);
            long row = at.row + r, column = j + p, side = least(columns - p, panel);
            if (in_place) {
              float *to = (float *)finish->result + row * finish->stride + column;
              sluice_multiply_avx512[height](
                  strip, b, at.part / block, to, finish->stride, at.inner > 0 || finish->accumulates);
            } else if (is_whole) {
              sluice_multiply_avx512[height](strip, b, at.part / block, tile, panel, false);
              sluice_finish_avx512(finish, tile, panel, row, column, height, side);
            } else {
              float *to = sums + r * broad + p;
              sluice_multiply_avx512[height](strip, b, at.part / block, to, broad, at.inner > 0);
              if (at.inner + at.part == depth) sluice_finish_avx512(finish, to, broad, row, column, height, side);
            }
          }
        }
      }
    }
  }
}
#endif
