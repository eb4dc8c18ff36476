// Shared by the files that multiply on AVX512_BF16.
#pragma once

#include "bfloat.h"
#include "soon.h"

#define WIDE __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16")))

// Rows of a strip: their sums and a panel's row fill the registers.
enum { sluice_strip_lines = 14 };

// Rows of the next strip: 14 each, what is left shared by the last two.
static inline long sluice_strip_rows(long left) {
  enum { most = sluice_strip_lines };
  return left >= 2 * most ? most : left > most ? (left + 1) / 2 : left;
}

// What becomes of a strip times a panel: rows of 32 sums at `stride`, or with `numbers` rows of 32 rounded sums at `apart`.
typedef struct {
  float *sums;
  long stride;
  bool keeps;              // adds to what is in `sums`
  bool is_far;             // writes sums past the caches; whole lines, and a fence is wanted
  sluice_bfloat *numbers;  // may be NULL
  long apart;
  const float *bias;       // 32 numbers to add before rounding; may be NULL
  sluice_soon soon[2];
} sluice_outcome;

// strip * panel over `steps` blocks; one function for each number of rows.
typedef void sluice_multiply_rows(const sluice_bfloat *a, const sluice_bfloat *b, long steps, const sluice_outcome *to);
extern sluice_multiply_rows *const sluice_multiply_avx512[];

// Puts the sums of up to 32 columns from (row, column) on where they belong.
void sluice_finish_avx512(
    const sluice_finish *to, const float *sums, long stride, long row, long column, long rows, long columns);
