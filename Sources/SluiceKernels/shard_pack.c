#include "shard_filter.h"

size_t sluice_shard_count_small(const uint8_t *residuals, size_t count) {
  size_t total = 0;
  while (count > 0) {
    size_t some = count < 240 ? count : 240;  // few enough for a sum in a byte
    uint8_t small = 0;
    for (size_t i = 0; i < some; i++) small = (uint8_t)(small + sluice_is_small(residuals[i]));
    total += small;
    residuals += some;
    count -= some;
  }
  return total;
}

void sluice_pack_portable(const uint8_t *residuals, size_t count, uint8_t *packed, uint8_t **escapes) {
  uint8_t *large = *escapes;
  for (size_t i = 0; i < count; i += 2) {
    uint8_t first = residuals[i], second = i + 1 < count ? residuals[i + 1] : 0;
    if (!sluice_is_small(first)) *large++ = first, first = 8;
    if (!sluice_is_small(second)) *large++ = second, second = 8;
    packed[i / 2] = (uint8_t)((first & 15) | second << 4);
  }
  *escapes = large;
}

int sluice_unpack_portable(
    const uint8_t *packed, size_t count, uint8_t *residuals, const uint8_t **escapes, const uint8_t *end) {
  const uint8_t *large = *escapes;
  for (size_t i = 0; i < count; i++) {
    uint8_t four = i & 1 ? packed[i / 2] >> 4 : packed[i / 2] & 15;
    if (four == 8 && large == end) return -1;
    residuals[i] = four == 8 ? *large++ : (uint8_t)((four ^ 8) - 8);
  }
  *escapes = large;
  return 0;
}

void sluice_shard_pack(const uint8_t *residuals, size_t count, uint8_t *packed, uint8_t **escapes) {
  switch (sluice_shard_level()) {
#if defined(__x86_64__)
  case SLUICE_CPU_AVX512: sluice_pack_avx512(residuals, count, packed, escapes); break;
  case SLUICE_CPU_AVX2: sluice_pack_avx2(residuals, count, packed, escapes); break;
#endif
  default: sluice_pack_portable(residuals, count, packed, escapes);
  }
}

int sluice_shard_unpack(
    const uint8_t *packed, size_t count, uint8_t *residuals, const uint8_t **escapes, const uint8_t *end) {
  switch (sluice_shard_level()) {
#if defined(__x86_64__)
  case SLUICE_CPU_AVX512: return sluice_unpack_avx512(packed, count, residuals, escapes, end);
  case SLUICE_CPU_AVX2: return sluice_unpack_avx2(packed, count, residuals, escapes, end);
#endif
  default: return sluice_unpack_portable(packed, count, residuals, escapes, end);
  }
}
