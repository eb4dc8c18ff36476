// Shared by the files that multiply on AVX512_BF16.
#pragma once

#include "bfloat.h"

#define WIDE __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16")))

// Rows of a strip: their sums and a panel's row fill the registers.
enum { sluice_strip_lines = 14 };

// Rows of the next strip: 14 each, what is left shared by the last two.
static inline long sluice_strip_rows(long left) {
  enum { most = sluice_strip_lines };
  return left >= 2 * most ? most : left > most ? (left + 1) / 2 : left;
}

// c (rows and 32 columns at `stride`) = or += strip * panel over `steps` blocks; one function for each number of rows.
typedef void sluice_multiply_rows(
    const sluice_bfloat *a, const sluice_bfloat *b, long steps, float *c, long stride, bool keeps);
extern sluice_multiply_rows *const sluice_multiply_avx512[];

// Puts the sums of up to 32 columns from (row, column) on where they belong.
void sluice_finish_avx512(
    const sluice_finish *to, const float *sums, long stride, long row, long column, long rows, long columns);
