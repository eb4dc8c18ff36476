// Softmax of rows in single precision on AVX-512.
#include "softmax.h"

#if defined(__x86_64__)
#include <math.h>
#include <stddef.h>

#include "vector_avx512.h"

// Scores of one row, scaled, with what is added to them.
INLINE __m512 score(long left, const float *scores, const float *bias, __m512 factor) {
  __m512 x = _mm512_mul_ps(get(scores, left), factor);
  return bias ? _mm512_add_ps(x, get(bias, left)) : x;
}

WITH_AVX512 void sluice_softmax_avx512(
    float *scores, const float *bias, long bias_stride, float scale, float *lse, long rows, long columns) {
  __m512 factor = _mm512_set1_ps(scale), lowest = _mm512_set1_ps(-INFINITY);
  for (long r = 0; r < rows; r++, scores += columns) {
    const float *add = bias ? bias + r * bias_stride : NULL;
    __m512 most = lowest;
    for (long c = 0; c < columns; c += 16) {
      __m512 x = score(columns - c, scores + c, add ? add + c : NULL, factor);
      set(scores + c, columns - c, x);
      most = _mm512_mask_max_ps(most, first_of(columns - c), most, x);
    }
    float top = _mm512_reduce_max_ps(most);
    if (top == -INFINITY) top = 0;  // nothing may be attended to: every weight is 0
    __m512 level = _mm512_set1_ps(top), sums = _mm512_setzero_ps();
    for (long c = 0; c < columns; c += 16) {
      __m512 e = exponential(_mm512_sub_ps(get(scores + c, columns - c), level));
      set(scores + c, columns - c, e);
      sums = _mm512_mask_add_ps(sums, first_of(columns - c), sums, e);
    }
    float sum = _mm512_reduce_add_ps(sums);
    __m512 inverse = _mm512_set1_ps(sum > 0 ? 1.0f / sum : 0);
    for (long c = 0; c < columns; c += 16) {
      set(scores + c, columns - c, _mm512_mul_ps(get(scores + c, columns - c), inverse));
    }
    lse[r] = sum > 0 ? top + logf(sum) : INFINITY;
  }
}

WITH_AVX512 void sluice_softmax_known_avx512(
    float *scores, const float *bias, long bias_stride, float scale, const float *lse, long rows, long columns) {
  __m512 factor = _mm512_set1_ps(scale);
  for (long r = 0; r < rows; r++, scores += columns) {
    const float *add = bias ? bias + r * bias_stride : NULL;
    __m512 known = _mm512_set1_ps(lse[r]);
    for (long c = 0; c < columns; c += 16) {
      __m512 x = score(columns - c, scores + c, add ? add + c : NULL, factor);
      set(scores + c, columns - c, exponential(_mm512_sub_ps(x, known)));
    }
  }
}
#endif
