// Softmax of rows in single precision on AVX-512.
#include "softmax.h"

#if defined(__x86_64__)
#include <math.h>
#include <stddef.h>

#include "vector_avx512.h"

// Scores of one row, scaled, with what is added to them.
INLINE __m512 score(__mmask16 mask, const float *scores, const float *bias, __m512 factor) {
  __m512 x = _mm512_mul_ps(_mm512_maskz_loadu_ps(mask, scores), factor);
  return bias ? _mm512_add_ps(x, _mm512_maskz_loadu_ps(mask, bias)) : x;
}

WITH_AVX512 void sluice_softmax_avx512(
    float *scores, const float *bias, long bias_stride, float scale, float *lse, long rows, long columns) {
  __m512 factor = _mm512_set1_ps(scale), lowest = _mm512_set1_ps(-INFINITY);
  for (long r = 0; r < rows; r++, scores += columns) {
    const float *add = bias ? bias + r * bias_stride : NULL;
    __m512 most = lowest;
    for (long c = 0; c < columns; c += 16) {
      __mmask16 mask = first_of(columns - c);
      __m512 x = score(mask, scores + c, add ? add + c : NULL, factor);
      _mm512_mask_storeu_ps(scores + c, mask, x);
      most = _mm512_mask_max_ps(most, mask, most, x);
    }
    float top = _mm512_reduce_max_ps(most);
    if (top == -INFINITY) top = 0;  // nothing may be attended to: every weight is 0
    __m512 level = _mm512_set1_ps(top), sums = _mm512_setzero_ps();
    for (long c = 0; c < columns; c += 16) {
      __mmask16 mask = first_of(columns - c);
      __m512 e = exponential(_mm512_sub_ps(_mm512_maskz_loadu_ps(mask, scores + c), level));
      _mm512_mask_storeu_ps(scores + c, mask, e);
      sums = _mm512_mask_add_ps(sums, mask, sums, e);
    }
    float sum = _mm512_reduce_add_ps(sums);
    __m512 inverse = _mm512_set1_ps(sum > 0 ? 1.0f / sum : 0);
    for (long c = 0; c < columns; c += 16) {
      __mmask16 mask = first_of(columns - c);
      _mm512_mask_storeu_ps(scores + c, mask, _mm512_mul_ps(_mm512_maskz_loadu_ps(mask, scores + c), inverse));
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
      __mmask16 mask = first_of(columns - c);
      __m512 x = score(mask, scores + c, add ? add + c : NULL, factor);
      _mm512_mask_storeu_ps(scores + c, mask, exponential(_mm512_sub_ps(x, known)));
    }
  }
}
#endif
