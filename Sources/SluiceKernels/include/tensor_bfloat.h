// Matrix products of bfloat16 numbers, summed in single precision, one thread.
//
// The left operand is read where it is or rearranged a block at a time; the right one is packed first, which pays for
// itself when it is used again: panels of 32 columns, in each blocks of 32 numbers of the inner side, in each two tiles
// of 16 columns, in each 16 rows of pairs. AMX tiles and AVX512_BF16 registers both take it as it is.
#pragma once
#include <stdbool.h>

typedef unsigned short sluice_bfloat;

// What multiplies bfloat16 numbers here.
enum { SLUICE_BFLOAT_LOOPS = 0, SLUICE_BFLOAT_AVX512 = 1, SLUICE_BFLOAT_AMX = 2 };

// The best of the above that the processor has and SLUICE_CPU allows; loops are for tests, they are slow.
int sluice_bfloat_level(void);

// The same for the calling thread, capped at `level`, for tests.
int sluice_bfloat_cap_thread(int level);

// A matrix in memory, `stride` numbers from row to row, of float or bfloat16 numbers; transposed: rows and columns of what
// is meant are columns and rows in memory.
typedef struct {
  const void *start;
  long stride;
  bool is_float;
  bool is_transposed;
} sluice_matrix;

// Numbers in a packed right operand of k rows and n columns.
long sluice_bfloat_packed_count(long k, long n);

// Packs panels `from ..< to` (32 columns each) of a right operand of k rows and n columns.
void sluice_bfloat_pack(const sluice_matrix *b, long k, long n, long from, long to, sluice_bfloat *packed);

// Packs rows `from ..< to`, multiples of 32 but for the end, of a right operand of k rows and n columns.
void sluice_bfloat_pack_rows(const sluice_matrix *b, long k, long n, long from, long to, sluice_bfloat *packed);

// What becomes of the sums s of a product, in this order.
typedef struct {
  float scale;             // s *= scale
  const float *row_scale;  // s *= row_scale[row]; may be NULL
  const float *bias;       // s += bias[column]; may be NULL
  sluice_bfloat *sums;     // keeps s, rows at `stride`; may be NULL
  int activation;          // s = f(s rounded to bfloat16); 0 for none
  void *result;            // float or bfloat16, rows at `stride`
  long stride;
  bool is_float;
  bool accumulates;  // result += s, else result = s; float results only
} sluice_finish;

// Bytes of room a product needs, aligned to 64.
long sluice_bfloat_scratch_size(void);

// result = finish(A B), A being m x k and B packed k x n.
void sluice_bfloat_product(
    const sluice_matrix *a, const sluice_bfloat *packed, long m, long n, long k, const sluice_finish *finish, void *scratch);

// Between bfloat16 and single precision; narrowing rounds to the nearest, halves to even.
void sluice_widen(const sluice_bfloat *x, float *y, long count);
void sluice_narrow(const float *x, sluice_bfloat *y, long count);

// z = x + y.
void sluice_add_bfloat(const float *x, const sluice_bfloat *y, float *z, long count);
void sluice_add_bfloats(const sluice_bfloat *x, const sluice_bfloat *y, float *z, long count);

// y = f(x), and dx = dy * f'(x), of the activations of tensor_rows.h; dx may be dy.
void sluice_activate_bfloat(int kind, const sluice_bfloat *x, sluice_bfloat *y, long count);
void sluice_activate_bfloat_backward(
    int kind, const sluice_bfloat *x, const sluice_bfloat *dy, sluice_bfloat *dx, long count);

// Rows of scores (changed where there is a bias) to exp(scale * score + bias - largest) as bfloat16, zeros up to
// share_stride; what they are to be multiplied by to sum to 1 in inverses, and the log of their sum in lse.
void sluice_softmax_bfloat(
    const float *scores, long stride, const float *bias, long bias_stride, float scale, sluice_bfloat *shares,
    long share_stride, float *inverses, float *lse, long rows, long columns);

// From scores and the gradients of their shares: shares, and gradients of the scaled scores, zeros up to share_stride.
// Scores and slopes are changed; bias_gradient, rows of `columns`, is added to and may be NULL.
void sluice_softmax_bfloat_backward(
    float *scores, float *slopes, long stride, const float *bias, long bias_stride, float scale, const float *lse,
    sluice_bfloat *shares, sluice_bfloat *gradients, long share_stride, float *bias_gradient, long rows, long columns);
