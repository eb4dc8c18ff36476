// Shared by the files that multiply bfloat16 numbers.
#pragma once

#include "tensor_bfloat.h"

// Numbers of the inner side in a block, and columns in a panel.
enum { block = 32, panel = 32 };

static inline long least(long a, long b) { return a < b ? a : b; }

// c (32 rows, `rows` of them wanted, at `stride`) = or += strip * packed panel over `steps` blocks. The strip is two lines
// of tiles of 16 rows and 32 columns, `apart` numbers from each other.
typedef void multiply_strip(
    const sluice_bfloat *a, long apart, const sluice_bfloat *b, long steps, float *c, long stride, long rows, bool keeps);

multiply_strip sluice_strip_loops;
#if defined(__x86_64__)
multiply_strip sluice_strip_amx;
// Between these two the calling thread may use AMX.
void sluice_amx_begin(void);
void sluice_amx_end(void);
#endif

// The product of AVX512_BF16, with strips of its own, and the room it needs.
long sluice_product_avx512_scratch_size(void);
void sluice_product_avx512(
    const sluice_matrix *a, const sluice_bfloat *packed, long m, long n, long k, const sluice_finish *finish, void *scratch);

// Puts a block of A, `rows` x `columns` from (row, column), into strips of `lines` rows: [rows / lines][columns / 32][lines][32];
// zeros beyond the columns.
void sluice_bfloat_tiles(
    const sluice_matrix *a, long row, long rows, long column, long columns, long lines, sluice_bfloat *to);
