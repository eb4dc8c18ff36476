// Normalisation of sixteen values, shared by the kernels that end with it. Private to the kernels.
#pragma once

#include "pixels.h"
#include "variants.h"

#if SLUICE_X86
// What (value / 255 - mean) / deviation takes. Divisions by a constant: a product with the reciprocal, corrected by its
// remainder, is the rounded quotient.
// - Source: Markstein, "Computation of elementary functions on the IBM RISC System/6000 processor", 1990.
typedef struct {
  __m512 full, part, middle, wide, narrow;
} sluice_divisor;

SLUICE_AVX512 static inline sluice_divisor sluice_divisor_of(const sluice_normalization *n) {
  sluice_divisor d = {_mm512_set1_ps(255.0f), _mm512_set1_ps(1.0f / 255.0f), _mm512_set1_ps(n->mean),
                      _mm512_set1_ps(n->deviation), _mm512_set1_ps(1.0f / n->deviation)};
  return d;
}

SLUICE_AVX512 static inline __m512 sluice_normalized(__m512 value, const sluice_divisor *d) {
  __m512 q = _mm512_mul_ps(value, d->part);
  q = _mm512_fmadd_ps(_mm512_fnmadd_ps(q, d->full, value), d->part, q);
  __m512 distance = _mm512_sub_ps(q, d->middle);
  __m512 y = _mm512_mul_ps(distance, d->narrow);
  return _mm512_fmadd_ps(_mm512_fnmadd_ps(y, d->wide, distance), d->narrow, y);
}
#endif
