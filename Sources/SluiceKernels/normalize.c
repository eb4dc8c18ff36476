#include "normalize.h"
#include "variants.h"

#pragma STDC FP_CONTRACT OFF

static void normalize_portable(const uint8_t *plane, ptrdiff_t count, float mean, float deviation, float *out) {
  float table[256];
  for (int value = 0; value < 256; value++) table[value] = ((float)value / 255.0f - mean) / deviation;
  for (ptrdiff_t i = 0; i < count; i++) out[i] = table[plane[i]];
}

#if SLUICE_X86
SLUICE_AVX2 static void normalize_avx2(
  const uint8_t *plane, ptrdiff_t count, float mean, float deviation, float *out) {
  const __m256 full = _mm256_set1_ps(255.0f), part = _mm256_set1_ps(1.0f / 255.0f), middle = _mm256_set1_ps(mean),
               wide = _mm256_set1_ps(deviation), narrow = _mm256_set1_ps(1.0f / deviation);
  ptrdiff_t i = 0;
  for (; i + 8 <= count; i += 8) {
    __m256 v = _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(plane + i))));
    __m256 q = _mm256_mul_ps(v, part);
    q = _mm256_fmadd_ps(_mm256_fnmadd_ps(q, full, v), part, q);
    __m256 d = _mm256_sub_ps(q, middle);
    __m256 y = _mm256_mul_ps(d, narrow);
    _mm256_storeu_ps(out + i, _mm256_fmadd_ps(_mm256_fnmadd_ps(y, wide, d), narrow, y));
  }
  for (; i < count; i++) out[i] = ((float)plane[i] / 255.0f - mean) / deviation;
}

SLUICE_AVX512 static void normalize_avx512(
  const uint8_t *plane, ptrdiff_t count, float mean, float deviation, float *out) {
  sluice_normalization normalization = {mean, deviation, 0};
  sluice_divisor divisor = sluice_divisor_of(&normalization);
  for (ptrdiff_t i = 0; i < count; i += 16) {
    __mmask16 some = count - i < 16 ? (__mmask16)((1u << (count - i)) - 1) : (__mmask16)0xFFFF;
    __m512 v = _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(some, plane + i)));
    _mm512_mask_storeu_ps(out + i, some, sluice_normalized(v, &divisor));
  }
}
#endif

void sluice_normalize(const uint8_t *plane, ptrdiff_t count, float mean, float deviation, float *out) {
  SLUICE_DISPATCH(normalize, (plane, count, mean, deviation, out))
}
