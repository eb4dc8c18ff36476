// A strip of bfloat16 numbers times a panel: the sums of 14 rows and 32 columns stay in registers.
#include "bfloat_avx512.h"

#if defined(__x86_64__)
#include <stddef.h>
#include <string.h>

#include "vector_avx512.h"

enum { lines = sluice_strip_lines };

// What is wanted of `soon` during block `step`; where nothing is, memory that is at hand.
static inline sluice_soon at_block(const sluice_soon *soon, long step, const void *hand) {
  if (step >= soon->blocks) return (sluice_soon){.start = hand};
  return (sluice_soon){.start = soon->start + step * soon->stride, .spread = soon->spread};
}

// Blocks of the right operand are brought to the first cache this far ahead.
enum { ahead = 2 * block * panel };

INLINE_WIDE void multiply(
    int rows, const sluice_bfloat *a, const sluice_bfloat *b, long steps, const sluice_outcome *to) {
  __m512 low[lines], high[lines];
  _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++) {
    low[r] = to->keeps ? _mm512_loadu_ps(to->sums + r * to->stride) : _mm512_setzero_ps();
    high[r] = to->keeps ? _mm512_loadu_ps(to->sums + r * to->stride + 16) : _mm512_setzero_ps();
  }
  for (long step = 0; step < steps; step++, a += rows * block, b += block * panel) {
    sluice_soon one = at_block(&to->soon[0], step, b), two = at_block(&to->soon[1], step, b);
    _Pragma("clang loop unroll(disable)") for (long pair = 0; pair < 16; pair++) {
      _mm_prefetch(b + ahead + pair * 32, _MM_HINT_T0);
      _mm_prefetch(b + ahead + 512 + pair * 32, _MM_HINT_T0);
      _mm_prefetch(one.start + pair * one.spread, _MM_HINT_T1);
      _mm_prefetch(two.start + pair * two.spread, _MM_HINT_T1);
      __m512bh first = (__m512bh)_mm512_loadu_si512(b + pair * 32);
      __m512bh second = (__m512bh)_mm512_loadu_si512(b + 512 + pair * 32);
      _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++) {
        int both;
        memcpy(&both, a + r * block + pair * 2, sizeof both);
        __m512bh left = (__m512bh)_mm512_set1_epi32(both);
        low[r] = _mm512_dpbf16_ps(low[r], left, first);
        high[r] = _mm512_dpbf16_ps(high[r], left, second);
      }
    }
  }
  if (to->is_far) {
    _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++) {
      _mm512_stream_ps(to->sums + r * to->stride, low[r]);
      _mm512_stream_ps(to->sums + r * to->stride + 16, high[r]);
    }
    return;
  }
  if (!to->numbers) {
    _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++) {
      _mm512_storeu_ps(to->sums + r * to->stride, low[r]);
      _mm512_storeu_ps(to->sums + r * to->stride + 16, high[r]);
    }
    return;
  }
  if (to->bias) {
    __m512 x = _mm512_loadu_ps(to->bias), y = _mm512_loadu_ps(to->bias + 16);
    _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++) {
      low[r] = _mm512_add_ps(low[r], x);
      high[r] = _mm512_add_ps(high[r], y);
    }
  }
  _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++) {
    _mm512_storeu_si512(to->numbers + r * to->apart, narrowed(low[r], high[r]));
  }
}

#define MULTIPLY(ROWS) \
  WIDE static void multiply_##ROWS( \
      const sluice_bfloat *a, const sluice_bfloat *b, long steps, const sluice_outcome *to) { \
    multiply(ROWS, a, b, steps, to); \
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
#endif
