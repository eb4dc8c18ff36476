#include "noise.h"

#include <string.h>

#include "variants.h"

#pragma STDC FP_CONTRACT OFF

enum { NOISE_BLOCKS = 16 };

// One round of Philox4x32 after Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
SLUICE_INLINE void philox_round(uint32_t c[4], uint32_t first, uint32_t second) {
  uint64_t low = (uint64_t)0xD2511F53u * c[0], high = (uint64_t)0xCD9E8D57u * c[2];
  uint32_t a = (uint32_t)(high >> 32) ^ c[1] ^ first, b = (uint32_t)(low >> 32) ^ c[3] ^ second;
  c[1] = (uint32_t)high;
  c[3] = (uint32_t)low;
  c[0] = a;
  c[2] = b;
}

// ln x for 2^-24 <= x <= 1, to about 1 ulp.
SLUICE_INLINE float logarithm(float x) {
  uint32_t bits;
  memcpy(&bits, &x, 4);
  // x = 2^whole * part, part in sqrt(1/2) ... sqrt(2).
  int32_t whole = (int32_t)(bits - 0x3F3504F3u) >> 23;
  bits -= (uint32_t)whole << 23;
  float part;
  memcpy(&part, &bits, 4);
  float r = part - 1.0f, e = (float)whole, square = r * r;
  float p = 7.0376836e-2f;
  p = p * r - 1.1514610e-1f;
  p = p * r + 1.1676999e-1f;
  p = p * r - 1.2420141e-1f;
  p = p * r + 1.4249323e-1f;
  p = p * r - 1.6668058e-1f;
  p = p * r + 2.0000715e-1f;
  p = p * r - 2.4999994e-1f;
  p = p * r + 3.3333331e-1f;
  float rest = p * r * square - 2.1219444e-4f * e - 0.5f * square;
  return r + rest + 0.69335938f * e;
}

// Two normal numbers from 24 bits each.
// - Source: Box and Muller, "A note on the generation of random normal deviates", 1958.
SLUICE_INLINE void normal_pair(uint32_t first, uint32_t second, float *a, float *b) {
  float radius = __builtin_elementwise_sqrt(-2.0f * logarithm((float)((int32_t)(first >> 8) + 1) * 0x1p-24f));
  // The nearest quarter of a turn, and what is left, at most an eighth.
  int32_t turn = (int32_t)(second >> 8), quarter = (turn + (1 << 21)) >> 22;
  float angle = (float)(turn - quarter * (1 << 22)) * (6.2831853f * 0x1p-24f), square = angle * angle;
  float sine = ((-1.9515296e-4f * square + 8.3321609e-3f) * square - 1.6666655e-1f) * square * angle + angle;
  float cosine = ((2.4433157e-5f * square - 1.3887316e-3f) * square + 4.1666646e-2f) * square * square - 0.5f * square +
                 1.0f;
  float x = quarter & 1 ? sine : cosine, y = quarter & 1 ? cosine : sine;
  *a = radius * ((quarter + 1) & 2 ? -x : x);
  *b = radius * (quarter & 2 ? -y : y);
}

// Four numbers from each of NOISE_BLOCKS counters.
SLUICE_INLINE void noise_block_body(uint64_t key, uint64_t block, float *out) {
  for (int i = 0; i < NOISE_BLOCKS; i++) {
    uint64_t counter = block * NOISE_BLOCKS + (uint64_t)i;
    uint32_t c[4] = {(uint32_t)counter, (uint32_t)(counter >> 32), 0, 0};
    uint32_t first = (uint32_t)key, second = (uint32_t)(key >> 32);
    for (int round = 0; round < 10; round++) {
      philox_round(c, first, second);
      first += 0x9E3779B9u;
      second += 0xBB67AE85u;
    }
    normal_pair(c[0], c[1], out + i, out + NOISE_BLOCKS + i);
    normal_pair(c[2], c[3], out + 2 * NOISE_BLOCKS + i, out + 3 * NOISE_BLOCKS + i);
  }
}
SLUICE_VARIANTS(static, noise_block, (uint64_t key, uint64_t block, float *restrict out), (key, block, out))

void sluice_normal_noise(uint64_t key, ptrdiff_t count, float *out) {
  const ptrdiff_t size = 4 * NOISE_BLOCKS;
  ptrdiff_t i = 0;
  uint64_t block = 0;
  for (; i + size <= count; i += size) noise_block(key, block++, out + i);
  if (i < count) {
    float rest[4 * NOISE_BLOCKS];
    noise_block(key, block, rest);
    memcpy(out + i, rest, (size_t)(count - i) * sizeof(float));
  }
}
