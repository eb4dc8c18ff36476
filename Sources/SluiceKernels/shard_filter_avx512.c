#include "shard_filter.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,popcnt,bmi,bmi2")))

typedef struct {
  __m512i first, second, third;
} Limits;

TARGET static inline Limits load_limits(const uint8_t limits[3]) {
  Limits all = {
      _mm512_set1_epi8((char)limits[0]), _mm512_set1_epi8((char)limits[1]), _mm512_set1_epi8((char)limits[2])};
  return all;
}

// One mask a class, for the 64 columns that begin at `above`.
TARGET static inline void classes(const uint8_t *above, Limits limits, __mmask64 valid, __mmask64 masks[4]) {
  __m512i sum = _mm512_adds_epu8(
      _mm512_adds_epu8(_mm512_loadu_si512(above - 2), _mm512_loadu_si512(above + 2)),
      _mm512_adds_epu8(_mm512_loadu_si512(above - 1), _mm512_loadu_si512(above + 1)));
  sum = _mm512_adds_epu8(sum, _mm512_loadu_si512(above));
  __mmask64 over0 = _mm512_mask_cmpgt_epu8_mask(valid, sum, limits.first);
  __mmask64 over1 = _mm512_mask_cmpgt_epu8_mask(valid, sum, limits.second);
  __mmask64 over2 = _mm512_mask_cmpgt_epu8_mask(valid, sum, limits.third);
  masks[0] = valid & ~over0;
  masks[1] = over0 & ~over1;
  masks[2] = over1 & ~over2;
  masks[3] = over2;
}

TARGET static inline __mmask64 low(int count) { return count >= 64 ? ~0ULL : (1ULL << count) - 1; }

TARGET void sluice_split_row_avx512(
    const uint8_t *residuals, int width, const uint8_t limits[3], const uint8_t *above, uint8_t *own,
    uint8_t *streams[4]) {
  Limits all = load_limits(limits);
  uint8_t *s0 = streams[0], *s1 = streams[1], *s2 = streams[2], *s3 = streams[3];
  for (int x = 0; x < width; x += 64) {
    __mmask64 valid = low(width - x), masks[4];
    __m512i residual = _mm512_maskz_loadu_epi8(valid, residuals + x);
    _mm512_storeu_si512(own + x, _mm512_abs_epi8(residual));
    classes(above + x, all, valid, masks);
    _mm512_storeu_si512(s0, _mm512_maskz_compress_epi8(masks[0], residual));
    _mm512_storeu_si512(s1, _mm512_maskz_compress_epi8(masks[1], residual));
    _mm512_storeu_si512(s2, _mm512_maskz_compress_epi8(masks[2], residual));
    _mm512_storeu_si512(s3, _mm512_maskz_compress_epi8(masks[3], residual));
    s0 += _mm_popcnt_u64(masks[0]);
    s1 += _mm_popcnt_u64(masks[1]);
    s2 += _mm_popcnt_u64(masks[2]);
    s3 += _mm_popcnt_u64(masks[3]);
  }
  streams[0] = s0, streams[1] = s1, streams[2] = s2, streams[3] = s3;
}

TARGET void sluice_join_row_avx512(
    const uint8_t *streams[4], int width, const uint8_t limits[3], int sums, const uint8_t *above, uint8_t *own,
    const uint8_t *up, uint8_t *row) {
  // Which byte each byte takes over when sums of 8, 16 and 32 bytes join, and where there is none to take.
  static const uint8_t last8[64] = {
      0,  0,  0,  0,  0,  0,  0,  0,  7,  7,  7,  7,  7,  7,  7,  7,  0,  0,  0,  0,  0,  0,
      0,  0,  23, 23, 23, 23, 23, 23, 23, 23, 0,  0,  0,  0,  0,  0,  0,  0,  39, 39, 39, 39,
      39, 39, 39, 39, 0,  0,  0,  0,  0,  0,  0,  0,  55, 55, 55, 55, 55, 55, 55, 55};
  const __mmask64 odd8 = 0xFF00FF00FF00FF00ULL, odd16 = 0xFFFF0000FFFF0000ULL, odd32 = 0xFFFFFFFF00000000ULL;
  const __m512i from8 = _mm512_loadu_si512(last8);
  const __m512i from16 = _mm512_inserti64x4(_mm512_set1_epi8(15), _mm256_set1_epi8(47), 1);
  const __m512i from32 = _mm512_set1_epi8(31), from64 = _mm512_set1_epi8(63);
  Limits all = load_limits(limits);
  const uint8_t *s0 = streams[0], *s1 = streams[1], *s2 = streams[2], *s3 = streams[3];
  __m512i carry = _mm512_setzero_si512();
  for (int x = 0; x < width; x += 64) {
    __mmask64 valid = low(width - x), masks[4];
    classes(above + x, all, valid, masks);
    __m512i sum = _mm512_maskz_expand_epi8(masks[0], _mm512_loadu_si512(s0));
    sum = _mm512_mask_expand_epi8(sum, masks[1], _mm512_loadu_si512(s1));
    sum = _mm512_mask_expand_epi8(sum, masks[2], _mm512_loadu_si512(s2));
    sum = _mm512_mask_expand_epi8(sum, masks[3], _mm512_loadu_si512(s3));
    s0 += _mm_popcnt_u64(masks[0]);
    s1 += _mm_popcnt_u64(masks[1]);
    s2 += _mm_popcnt_u64(masks[2]);
    s3 += _mm_popcnt_u64(masks[3]);
    _mm512_storeu_si512(own + x, _mm512_abs_epi8(sum));
    if (sums) {
      sum = _mm512_add_epi8(sum, _mm512_slli_epi64(sum, 8));
      sum = _mm512_add_epi8(sum, _mm512_slli_epi64(sum, 16));
      sum = _mm512_add_epi8(sum, _mm512_slli_epi64(sum, 32));
      sum = _mm512_add_epi8(sum, _mm512_maskz_permutexvar_epi8(odd8, from8, sum));
      sum = _mm512_add_epi8(sum, _mm512_maskz_permutexvar_epi8(odd16, from16, sum));
      sum = _mm512_add_epi8(sum, _mm512_maskz_permutexvar_epi8(odd32, from32, sum));
      sum = _mm512_add_epi8(sum, carry);
      carry = _mm512_permutexvar_epi8(from64, sum);
    }
    _mm512_mask_storeu_epi8(row + x, valid, _mm512_add_epi8(sum, _mm512_maskz_loadu_epi8(valid, up + x)));
  }
  streams[0] = s0, streams[1] = s1, streams[2] = s2, streams[3] = s3;
}

TARGET void sluice_pack_avx512(const uint8_t *residuals, size_t count, uint8_t *packed, uint8_t **escapes) {
  const __m512i seven = _mm512_set1_epi8(7), fifteen = _mm512_set1_epi8(15), eight = _mm512_set1_epi8(8);
  const __m512i places = _mm512_set1_epi16(0x1001);  // low nibble, high nibble
  uint8_t *large = *escapes;
  for (size_t i = 0; i < count; i += 64) {
    __mmask64 valid = low(count - i < 64 ? (int)(count - i) : 64);
    __m512i residual = _mm512_maskz_loadu_epi8(valid, residuals + i);
    __mmask64 other = _mm512_cmpge_epu8_mask(_mm512_add_epi8(residual, seven), fifteen);
    __m512i four = _mm512_mask_mov_epi8(_mm512_and_si512(residual, fifteen), other, eight);
    __m256i pairs = _mm512_cvtepi16_epi8(_mm512_maddubs_epi16(four, places));
    _mm256_storeu_si256((__m256i *)(packed + i / 2), pairs);
    _mm512_storeu_si512(large, _mm512_maskz_compress_epi8(other, residual));
    large += _mm_popcnt_u64(other);
  }
  *escapes = large;
}

TARGET int sluice_unpack_avx512(
    const uint8_t *packed, size_t count, uint8_t *residuals, const uint8_t **escapes, const uint8_t *end) {
  const __m512i low_half = _mm512_set1_epi16(0x000F), high_half = _mm512_set1_epi16(0x0F00);
  const __m512i eight = _mm512_set1_epi8(8);
  const uint8_t *large = *escapes;
  for (size_t i = 0; i < count; i += 64) {
    __mmask64 valid = low(count - i < 64 ? (int)(count - i) : 64);
    __m512i pairs = _mm512_cvtepu8_epi16(_mm256_loadu_si256((const __m256i *)(packed + i / 2)));
    __m512i four = _mm512_or_si512(
        _mm512_and_si512(pairs, low_half), _mm512_and_si512(_mm512_slli_epi16(pairs, 4), high_half));
    __mmask64 other = _mm512_mask_cmpeq_epi8_mask(valid, four, eight);
    __m512i residual = _mm512_sub_epi8(_mm512_xor_si512(four, eight), eight);
    if (other != 0) {
      if (end - large < (ptrdiff_t)_mm_popcnt_u64(other)) return -1;
      residual = _mm512_mask_expand_epi8(residual, other, _mm512_loadu_si512(large));
      large += _mm_popcnt_u64(other);
    }
    _mm512_storeu_si512(residuals + i, residual);
  }
  *escapes = large;
  return 0;
}
#endif
