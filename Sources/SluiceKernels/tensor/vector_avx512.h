// Functions of 16 numbers in a register, for AVX-512.
#pragma once

#include <immintrin.h>

#include "bfloat_avx512.h"
#include "tensor_rows.h"

#define WITH_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
#define INLINE static inline __attribute__((always_inline)) WITH_AVX512
#define INLINE_WIDE static inline __attribute__((always_inline)) WIDE

// The first `count` of 16 numbers.
INLINE __mmask16 first_of(long count) {
  return count >= 16 ? 0xffff : count <= 0 ? 0 : (__mmask16)((1u << count) - 1);
}

// The first `count` of 16 numbers in memory. Masked stores wait for the memory they go to, so whole ones have none.
INLINE __m512 get(const float *from, long count) {
  return count >= 16 ? _mm512_loadu_ps(from) : _mm512_maskz_loadu_ps(first_of(count), from);
}
INLINE void set(float *to, long count, __m512 x) {
  if (count >= 16) {
    _mm512_storeu_ps(to, x);
  } else {
    _mm512_mask_storeu_ps(to, first_of(count), x);
  }
}

// 2 to the x, relative error 1e-7; 0 where x is far below.
INLINE __m512 power(__m512 x) {
  x = _mm512_max_ps(_mm512_set1_ps(-200), x);  // the second where that is not a number
  __m512 whole = _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  // Least squares in weights that even the errors out.
  __m512 rest = _mm512_sub_ps(x, whole), sum = _mm512_set1_ps(1.32764597e-3f);
  sum = _mm512_fmadd_ps(sum, rest, _mm512_set1_ps(9.67555287e-3f));
  sum = _mm512_fmadd_ps(sum, rest, _mm512_set1_ps(5.5507134e-2f));
  sum = _mm512_fmadd_ps(sum, rest, _mm512_set1_ps(2.40221195e-1f));
  sum = _mm512_fmadd_ps(sum, rest, _mm512_set1_ps(6.93146967e-1f));
  sum = _mm512_fmadd_ps(sum, rest, _mm512_set1_ps(1));
  return _mm512_scalef_ps(sum, whole);
}

// e to the x, to about 1 ulp; 0 where x is far below.
INLINE __m512 exponential(__m512 x) {
  x = _mm512_max_ps(_mm512_set1_ps(-150), x);
  __m512 whole = _mm512_roundscale_ps(
      _mm512_mul_ps(x, _mm512_set1_ps(1.44269504f)), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  __m512 rest = _mm512_fnmadd_ps(whole, _mm512_set1_ps(0.693359375f), x), sum = _mm512_set1_ps(1.9875691e-4f);
  rest = _mm512_fmadd_ps(whole, _mm512_set1_ps(2.12194440e-4f), rest);
  sum = _mm512_fmadd_ps(sum, rest, _mm512_set1_ps(1.3981999e-3f));
  sum = _mm512_fmadd_ps(sum, rest, _mm512_set1_ps(8.3334519e-3f));
  sum = _mm512_fmadd_ps(sum, rest, _mm512_set1_ps(4.1665796e-2f));
  sum = _mm512_fmadd_ps(sum, rest, _mm512_set1_ps(1.6666665e-1f));
  sum = _mm512_fmadd_ps(sum, rest, _mm512_set1_ps(0.5f));
  sum = _mm512_fmadd_ps(sum, _mm512_mul_ps(rest, rest), _mm512_add_ps(rest, _mm512_set1_ps(1)));
  return _mm512_scalef_ps(sum, whole);
}

// The share of a standard normal distribution below x, and its density at x, relative errors 1e-4: less than bfloat16's.
//
// As in math.inc, with a polynomial of degree 6 and the processor's own approximate reciprocal.
INLINE __m512 normal(__m512 x, __m512 *density) {
  __m512 one = _mm512_set1_ps(1);
  __m512 u = _mm512_rcp14_ps(_mm512_fmadd_ps(_mm512_abs_ps(x), _mm512_set1_ps(0.3f), one));
  __m512 p = _mm512_set1_ps(-8.33578783e-2f);
  p = _mm512_fmadd_ps(p, u, _mm512_set1_ps(2.35861926e-1f));
  p = _mm512_fmadd_ps(p, u, _mm512_set1_ps(-4.13935402e-2f));
  p = _mm512_fmadd_ps(p, u, _mm512_set1_ps(1.59016159e-1f));
  p = _mm512_fmadd_ps(p, u, _mm512_set1_ps(1.091727e-1f));
  p = _mm512_fmadd_ps(p, u, _mm512_set1_ps(1.2073193e-1f));
  p = _mm512_fmadd_ps(p, u, _mm512_set1_ps(-3.21241982e-5f));
  __m512 bell = power(_mm512_mul_ps(_mm512_mul_ps(x, x), _mm512_set1_ps(-0.72134752f)));
  *density = _mm512_mul_ps(bell, _mm512_set1_ps(0.39894228f));
  __m512 beyond = _mm512_mul_ps(bell, p);
  return _mm512_mask_sub_ps(beyond, _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_GE_OQ), one, beyond);
}

// The logistic function of 1.702 x.
INLINE __m512 gate(__m512 x) {
  __m512 one = _mm512_set1_ps(1);
  return _mm512_div_ps(one, _mm512_add_ps(one, power(_mm512_mul_ps(x, _mm512_set1_ps(-2.45546696f)))));
}

INLINE __m512 activated(int kind, __m512 x) {
  __m512 density;
  if (kind == SLUICE_GELU) return _mm512_mul_ps(x, normal(x, &density));
  if (kind == SLUICE_QUICK_GELU) return _mm512_mul_ps(x, gate(x));
  return _mm512_max_ps(x, _mm512_setzero_ps());
}

// dy times the derivative at x.
INLINE __m512 activated_backward(int kind, __m512 x, __m512 dy) {
  __m512 one = _mm512_set1_ps(1);
  if (kind == SLUICE_GELU) {
    __m512 density, share = normal(x, &density);
    return _mm512_mul_ps(dy, _mm512_fmadd_ps(x, density, share));
  }
  if (kind == SLUICE_QUICK_GELU) {
    __m512 open = gate(x), slope = _mm512_mul_ps(_mm512_mul_ps(x, _mm512_set1_ps(1.702f)), _mm512_sub_ps(one, open));
    return _mm512_mul_ps(dy, _mm512_fmadd_ps(open, slope, open));
  }
  return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_GT_OQ), dy);
}

// Between bfloat16 and single precision.
INLINE __m512 widened(__m256i x) { return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(x), 16)); }
INLINE_WIDE __m512i narrowed(__m512 low, __m512 high) { return (__m512i)_mm512_cvtne2ps_pbh(high, low); }
INLINE __m512 lower(__m512i both) { return widened(_mm512_castsi512_si256(both)); }
INLINE __m512 upper(__m512i both) { return widened(_mm512_extracti64x4_epi64(both, 1)); }

// The first `count` of 32 numbers in memory, at least one.
INLINE_WIDE __mmask32 first_of_both(long count) { return count >= 32 ? 0xffffffff : (1u << count) - 1; }
INLINE_WIDE void put(sluice_bfloat *to, long count, __m512i numbers) {
  if (count >= 32) {
    _mm512_storeu_si512(to, numbers);
  } else {
    _mm512_mask_storeu_epi16(to, first_of_both(count), numbers);
  }
}
