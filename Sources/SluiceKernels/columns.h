// Sixteen outputs of a row at a time, and where they go. Private to the kernels.
#pragma once

#include "pixels.h"
#include "variants.h"

#pragma STDC FP_CONTRACT OFF

#if SLUICE_X86
SLUICE_AVX512 static inline __mmask16 sluice_first(int n) { return (__mmask16)(0xFFFFu >> (16 - n)); }

// Sixteen outputs (n of them used) take their inputs from two registers by a permutation when they are within 32
// neighbors, which they do up to a reduction of 1.7; else they gather.
SLUICE_AVX512 static inline __attribute__((always_inline)) __m512 sluice_columns16(
  const float *row, const sluice_taps *c, int taps, int i, int n) {
  const __m512i one = _mm512_set1_epi32(1);
  __mmask16 some = sluice_first(n);
  __m512i at = _mm512_maskz_loadu_epi32(some, c->start + i);
  int start = c->start[i], end = c->start[i + n - 1], first = start < end ? start : end;
  const float *weights = c->weights + i;
  __m512 sum;
  if ((start < end ? end - start : start - end) + taps <= 32) {
    __m512 low = _mm512_loadu_ps(row + first), high = _mm512_loadu_ps(row + first + 16);
    __m512i place = _mm512_sub_epi32(at, _mm512_set1_epi32(first));
    sum = _mm512_mul_ps(_mm512_permutex2var_ps(low, place, high), _mm512_maskz_loadu_ps(some, weights));
    for (int t = 1; t < taps; t++) {
      place = _mm512_add_epi32(place, one);
      sum = _mm512_add_ps(sum, _mm512_mul_ps(_mm512_permutex2var_ps(low, place, high),
                                             _mm512_maskz_loadu_ps(some, weights + t * c->count)));
    }
  } else {
    const __m512 none = _mm512_setzero_ps();
    sum = _mm512_mul_ps(_mm512_mask_i32gather_ps(none, some, at, row, 4), _mm512_maskz_loadu_ps(some, weights));
    for (int t = 1; t < taps; t++)
      sum = _mm512_add_ps(sum, _mm512_mul_ps(_mm512_mask_i32gather_ps(none, some, at, row + t, 4),
                                             _mm512_maskz_loadu_ps(some, weights + t * c->count)));
  }
  return sum;
}

// Whether rows of values should pass the caches by: they begin at whole cache lines, and a clip of such planes would
// only push out what is needed again.
static inline int sluice_streams(const float *values, int width, int height) {
  return values != NULL && ((uintptr_t)values & 63) == 0 && width % 16 == 0 && (ptrdiff_t)width * height >= 1 << 15;
}

SLUICE_AVX512 static inline void sluice_put16(float *to, int n, __m512 value, int streams) {
  if (streams)
    _mm512_stream_ps(to, value);
  else
    _mm512_mask_storeu_ps(to, sluice_first(n), value);
}
#endif
