#include "shard_filter.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define TARGET __attribute__((target("avx2,popcnt")))

// Byte shuffles for every mask of eight places: `spread` puts the next bytes where the mask has ones (0x80 elsewhere,
// which gives 0), `gather` brings the bytes where the mask has ones to the front.
static uint8_t spread[256][8], gather[256][8];

__attribute__((constructor)) static void fill_tables(void) {
  for (int mask = 0; mask < 256; mask++) {
    int next = 0;
    for (int place = 0; place < 8; place++) {
      spread[mask][place] = 0x80;
      if ((mask >> place & 1) == 0) continue;
      gather[mask][next] = (uint8_t)place;
      spread[mask][place] = (uint8_t)next++;
    }
    for (; next < 8; next++) gather[mask][next] = 0x80;
  }
}

typedef struct {
  __m256i first, second, third;
} Limits;

TARGET static inline Limits load_limits(const uint8_t limits[3]) {
  Limits all = {
      _mm256_set1_epi8((char)limits[0]), _mm256_set1_epi8((char)limits[1]), _mm256_set1_epi8((char)limits[2])};
  return all;
}

TARGET static inline uint32_t over(__m256i sum, __m256i limit) {
  __m256i within = _mm256_cmpeq_epi8(_mm256_max_epu8(sum, limit), limit);
  return ~(uint32_t)_mm256_movemask_epi8(within);
}

// One mask a class, for the 32 columns that begin at `above`.
TARGET static inline void classes(const uint8_t *above, Limits limits, uint32_t valid, uint32_t masks[4]) {
#define AT(offset) _mm256_loadu_si256((const __m256i *)(above + (offset)))
  __m256i sum = _mm256_adds_epu8(_mm256_adds_epu8(AT(-2), AT(2)), _mm256_adds_epu8(AT(-1), AT(1)));
  sum = _mm256_adds_epu8(sum, AT(0));
#undef AT
  uint32_t over0 = over(sum, limits.first) & valid;
  uint32_t over1 = over(sum, limits.second) & valid;
  uint32_t over2 = over(sum, limits.third) & valid;
  masks[0] = valid & ~over0;
  masks[1] = over0 & ~over1;
  masks[2] = over1 & ~over2;
  masks[3] = over2;
}

TARGET static inline uint32_t low(int count) { return count >= 32 ? ~0U : (1U << count) - 1; }

TARGET void sluice_split_row_avx2(
    const uint8_t *residuals, int width, const uint8_t limits[3], const uint8_t *above, uint8_t *own,
    uint8_t *streams[4]) {
  Limits all = load_limits(limits);
  for (int x = 0; x < width; x += 32) {
    uint32_t masks[4];
    uint8_t piece[32];
    int count = width - x < 32 ? width - x : 32;
    memset(piece, 0, sizeof piece);
    memcpy(piece, residuals + x, (size_t)count);
    __m256i residual = _mm256_loadu_si256((const __m256i *)piece);
    _mm256_storeu_si256((__m256i *)(own + x), _mm256_abs_epi8(residual));
    classes(above + x, all, low(count), masks);
    for (int eight = 0; eight < 32; eight += 8) {
      __m128i bytes = _mm_loadl_epi64((const __m128i *)(piece + eight));
      for (int class = 0; class < 4; class++) {
        uint32_t mask = masks[class] >> eight & 0xFF;
        __m128i order = _mm_loadl_epi64((const __m128i *)gather[mask]);
        _mm_storel_epi64((__m128i *)streams[class], _mm_shuffle_epi8(bytes, order));
        streams[class] += _mm_popcnt_u32(mask);
      }
    }
  }
}

TARGET static inline uint64_t spread_eight(const uint8_t **stream, uint32_t mask) {
  __m128i order = _mm_loadl_epi64((const __m128i *)spread[mask]);
  __m128i bytes = _mm_shuffle_epi8(_mm_loadl_epi64((const __m128i *)*stream), order);
  *stream += _mm_popcnt_u32(mask);
  return (uint64_t)_mm_cvtsi128_si64(bytes);
}

TARGET void sluice_join_row_avx2(
    const uint8_t *streams[4], int width, const uint8_t limits[3], int sums, const uint8_t *above, uint8_t *own,
    const uint8_t *up, uint8_t *row) {
  Limits all = load_limits(limits);
  const uint8_t *s0 = streams[0], *s1 = streams[1], *s2 = streams[2], *s3 = streams[3];
  uint8_t carry = 0;
  for (int x = 0; x < width; x += 32) {
    uint32_t masks[4];
    uint64_t eights[4];
    int count = width - x < 32 ? width - x : 32;
    classes(above + x, all, low(count), masks);
    for (int eight = 0; eight < 4; eight++) {
      int shift = 8 * eight;
      eights[eight] = spread_eight(&s0, masks[0] >> shift & 0xFF) | spread_eight(&s1, masks[1] >> shift & 0xFF) |
                      spread_eight(&s2, masks[2] >> shift & 0xFF) | spread_eight(&s3, masks[3] >> shift & 0xFF);
    }
    __m256i sum = _mm256_loadu_si256((const __m256i *)eights);
    _mm256_storeu_si256((__m256i *)(own + x), _mm256_abs_epi8(sum));
    if (sums) {
      sum = _mm256_add_epi8(sum, _mm256_slli_si256(sum, 1));
      sum = _mm256_add_epi8(sum, _mm256_slli_si256(sum, 2));
      sum = _mm256_add_epi8(sum, _mm256_slli_si256(sum, 4));
      sum = _mm256_add_epi8(sum, _mm256_slli_si256(sum, 8));
      // The lower half's last byte is added to the whole upper half, the row's so far to both.
      __m256i half = _mm256_shuffle_epi8(_mm256_permute2x128_si256(sum, sum, 0x08), _mm256_set1_epi8(15));
      sum = _mm256_add_epi8(_mm256_add_epi8(sum, half), _mm256_set1_epi8((char)carry));
      carry = (uint8_t)_mm256_extract_epi8(sum, 31);
    }
    if (count == 32) {
      __m256i samples = _mm256_add_epi8(sum, _mm256_loadu_si256((const __m256i *)(up + x)));
      _mm256_storeu_si256((__m256i *)(row + x), samples);
    } else {
      uint8_t rest[32];
      _mm256_storeu_si256((__m256i *)rest, sum);
      for (int i = 0; i < count; i++) row[x + i] = (uint8_t)(rest[i] + up[x + i]);
    }
  }
  streams[0] = s0, streams[1] = s1, streams[2] = s2, streams[3] = s3;
}

TARGET void sluice_pack_avx2(const uint8_t *residuals, size_t count, uint8_t *packed, uint8_t **escapes) {
  const __m256i seven = _mm256_set1_epi8(7), fourteen = _mm256_set1_epi8(14), fifteen = _mm256_set1_epi8(15);
  const __m256i eight = _mm256_set1_epi8(8), places = _mm256_set1_epi16(0x1001);
  uint8_t *large = *escapes;
  size_t i = 0;
  for (; i + 32 <= count; i += 32) {
    __m256i residual = _mm256_loadu_si256((const __m256i *)(residuals + i));
    __m256i shifted = _mm256_add_epi8(residual, seven);
    __m256i small = _mm256_cmpeq_epi8(_mm256_max_epu8(shifted, fourteen), fourteen);
    __m256i four = _mm256_blendv_epi8(eight, _mm256_and_si256(residual, fifteen), small);
    __m256i pairs = _mm256_maddubs_epi16(four, places);
    pairs = _mm256_permute4x64_epi64(_mm256_packus_epi16(pairs, pairs), 0x08);
    _mm_storeu_si128((__m128i *)(packed + i / 2), _mm256_castsi256_si128(pairs));
    for (uint32_t other = ~(uint32_t)_mm256_movemask_epi8(small); other != 0; other &= other - 1)
      *large++ = residuals[i + (size_t)__builtin_ctz(other)];
  }
  *escapes = large;
  sluice_pack_portable(residuals + i, count - i, packed + i / 2, escapes);
}

TARGET int sluice_unpack_avx2(
    const uint8_t *packed, size_t count, uint8_t *residuals, const uint8_t **escapes, const uint8_t *end) {
  const __m256i low_half = _mm256_set1_epi16(0x000F), high_half = _mm256_set1_epi16(0x0F00);
  const __m256i eight = _mm256_set1_epi8(8);
  const uint8_t *large = *escapes;
  size_t i = 0;
  for (; i + 32 <= count; i += 32) {
    __m256i pairs = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(packed + i / 2)));
    __m256i four = _mm256_or_si256(
        _mm256_and_si256(pairs, low_half), _mm256_and_si256(_mm256_slli_epi16(pairs, 4), high_half));
    uint32_t other = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(four, eight));
    _mm256_storeu_si256((__m256i *)(residuals + i), _mm256_sub_epi8(_mm256_xor_si256(four, eight), eight));
    for (; other != 0; other &= other - 1) {
      if (large == end) return -1;
      residuals[i + (size_t)__builtin_ctz(other)] = *large++;
    }
  }
  *escapes = large;
  return sluice_unpack_portable(packed + i / 2, count - i, residuals + i, escapes, end);
}
#endif
