// CRC-32 by eight table look-ups at a time ("slicing by eight": Kounavis and Berry, 2005), and, where the processor
// multiplies without carries, by folding 64 bytes at a time (Gopal et al., "Fast CRC computation for generic
// polynomials using PCLMULQDQ", 2009).
#include <string.h>

#include "cpu.h"
#include "include/shard_filter.h"

static uint32_t tables[8][256];

__attribute__((constructor)) static void fill_tables(void) {
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320U : 0);
    tables[0][byte] = crc;
  }
  for (int table = 1; table < 8; table++)
    for (int byte = 0; byte < 256; byte++)
      tables[table][byte] = tables[table - 1][byte] >> 8 ^ tables[0][tables[table - 1][byte] & 0xFF];
}

#if defined(__x86_64__)
#include <immintrin.h>

#define TARGET __attribute__((target("pclmul,sse4.1")))

TARGET static inline __m128i fold(__m128i sum, __m128i factors, __m128i next) {
  __m128i low = _mm_clmulepi64_si128(sum, factors, 0x00), high = _mm_clmulepi64_si128(sum, factors, 0x11);
  return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

// Takes whole blocks of 16 bytes, at least four; `crc` is inverted.
TARGET static uint32_t crc_of_blocks(uint32_t crc, const uint8_t *bytes, size_t count) {
#define LOAD(offset) _mm_loadu_si128((const __m128i *)(bytes + (offset)))
  const __m128i by64 = _mm_set_epi64x(0x01C6E41596, 0x0154442BD4), by16 = _mm_set_epi64x(0x00CCAA009E, 0x01751997D0);
  const __m128i last = _mm_set_epi64x(0, 0x0163CD6124), barrett = _mm_set_epi64x(0x01F7011641, 0x01DB710641);
  const __m128i low32 = _mm_set_epi32(0, 0, 0, -1);
  __m128i a = _mm_xor_si128(LOAD(0), _mm_cvtsi32_si128((int)crc)), b = LOAD(16), c = LOAD(32), d = LOAD(48);
  for (bytes += 64, count -= 64; count >= 64; bytes += 64, count -= 64) {
    a = fold(a, by64, LOAD(0));
    b = fold(b, by64, LOAD(16));
    c = fold(c, by64, LOAD(32));
    d = fold(d, by64, LOAD(48));
  }
  a = fold(fold(fold(a, by16, b), by16, c), by16, d);
  for (; count >= 16; bytes += 16, count -= 16) a = fold(a, by16, LOAD(0));
#undef LOAD
  // 128 → 96 → 64 bits, then the remainder by Barrett's method.
  a = _mm_xor_si128(_mm_clmulepi64_si128(a, by16, 0x10), _mm_srli_si128(a, 8));
  a = _mm_xor_si128(_mm_clmulepi64_si128(_mm_and_si128(a, low32), last, 0x00), _mm_srli_si128(a, 4));
  __m128i quotient = _mm_clmulepi64_si128(_mm_and_si128(a, low32), barrett, 0x10);
  quotient = _mm_clmulepi64_si128(_mm_and_si128(quotient, low32), barrett, 0x00);
  return (uint32_t)_mm_extract_epi32(_mm_xor_si128(a, quotient), 1);
}
#endif

uint32_t sluice_crc32(uint32_t crc, const uint8_t *bytes, size_t count) {
  crc = ~crc;
#if defined(__x86_64__)
  if (count >= 64 && sluice_cpu_level() >= SLUICE_CPU_AVX2 && __builtin_cpu_supports("pclmul")) {
    size_t blocks = count & ~(size_t)15;
    crc = crc_of_blocks(crc, bytes, blocks);
    bytes += blocks;
    count -= blocks;
  }
#endif
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  for (; count >= 8; bytes += 8, count -= 8) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    word ^= crc;
    crc = tables[7][word & 0xFF] ^ tables[6][word >> 8 & 0xFF] ^ tables[5][word >> 16 & 0xFF] ^
          tables[4][word >> 24 & 0xFF] ^ tables[3][word >> 32 & 0xFF] ^ tables[2][word >> 40 & 0xFF] ^
          tables[1][word >> 48 & 0xFF] ^ tables[0][word >> 56];
  }
#endif
  for (; count > 0; bytes++, count--) crc = crc >> 8 ^ tables[0][(crc ^ *bytes) & 0xFF];
  return ~crc;
}

ptrdiff_t sluice_find(const uint8_t *bytes, size_t count, const uint8_t *pattern, size_t length) {
  const uint8_t *place = memmem(bytes, count, pattern, length);
  return place == NULL ? -1 : place - bytes;
}
