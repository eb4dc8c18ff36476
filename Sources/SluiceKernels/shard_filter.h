// Shared by the variants of the shard filter.
#pragma once

#include "include/shard_filter.h"

#include <string.h>

#include "cpu.h"

// What a variant is asked for: one row, whose neighbors are prepared by the caller.
//
// `above` holds |r| of the row above and `own` receives |r| of this row; both have 2 zero bytes before and
// SLUICE_SHARD_SLACK zero bytes after their `width` bytes (a variant may write past `width` into `own`: the caller
// clears it).
typedef void sluice_split_row(
    const uint8_t *residuals, int width, const uint8_t limits[3], const uint8_t *above, uint8_t *own,
    uint8_t *streams[4]);

// `sums` says whether residuals are summed along the row; `up` is the row of samples above, or zeros; `row` receives this one and must not be written past `width`.
typedef void sluice_join_row(
    const uint8_t *streams[4], int width, const uint8_t limits[3], int sums, const uint8_t *above, uint8_t *own,
    const uint8_t *up, uint8_t *row);

sluice_split_row sluice_split_row_portable, sluice_split_row_avx2, sluice_split_row_avx512;
sluice_join_row sluice_join_row_portable, sluice_join_row_avx2, sluice_join_row_avx512;

typedef void sluice_pack(const uint8_t *residuals, size_t count, uint8_t *packed, uint8_t **escapes);
typedef int sluice_unpack(
    const uint8_t *packed, size_t count, uint8_t *residuals, const uint8_t **escapes, const uint8_t *end);

sluice_pack sluice_pack_portable, sluice_pack_avx2, sluice_pack_avx512;
sluice_unpack sluice_unpack_portable, sluice_unpack_avx2, sluice_unpack_avx512;

// The level of these variants, at most that of sluice_cpu_level().
int sluice_shard_level(void);

static inline int sluice_is_small(uint8_t residual) { return (uint8_t)(residual + 7) < 15; }

static inline uint8_t sluice_magnitude(uint8_t residual) { return residual < 128 ? residual : (uint8_t)(256 - residual); }

static inline int sluice_activity(const uint8_t *above, int x) {
  int sum = above[x - 2] + above[x - 1] + above[x] + above[x + 1] + above[x + 2];
  return sum < 255 ? sum : 255;
}
