// Attention of one head with bfloat16 operands on AVX512_BF16, one thread.
#pragma once
#include "tensor_bfloat.h"

// One head: rows of `width` numbers, queries, keys and values at strides of their own.
typedef struct {
  const sluice_bfloat *queries, *keys, *values;
  long query_stride, key_stride, value_stride;
  long key_count, width;
  float scale;
} sluice_head;

// What is added to the scores of some rows; NULL for nothing.
typedef struct {
  const float *start;
  long stride;
} sluice_addend;

// Whether this processor has what the functions below need; the general products do attention elsewhere.
bool sluice_attention_is_fast(void);

// Bytes of room for one thread, aligned to 64, and query rows handled at a time on the way back.
long sluice_attention_room(long key_count, long width, bool backward);
long sluice_attention_tile(long key_count);

// Rearranges keys and values into the room; once for all rows of a head.
void sluice_attention_pack(const sluice_head *head, bool backward, void *room);

// Rows `from ..< to` of the result, and the logarithms of their softmax's sums; the addend begins at row `from`.
void sluice_attention_forward(
    const sluice_head *head, sluice_addend addend, long from, long to, sluice_bfloat *result, long result_stride,
    float *lse, void *room);

// Gradients of rows `from ..< to`, at most a tile: of the queries, and sums over rows of those of keys (not scaled yet) and
// values, [2][key_count][width, up to 32s]; `accumulates`: are added to. bias_gradient, at the row `from`, rows of
// key_count, is added to and may be NULL.
void sluice_attention_backward(
    const sluice_head *head, sluice_addend addend, const sluice_bfloat *upper, long upper_stride, const float *lse, long from,
    long to, sluice_bfloat *query_gradient, long gradient_stride, float *sums, bool accumulates, float *bias_gradient,
    void *room);

// Rows of sums, times `scale`, to rows of `width` numbers.
void sluice_attention_write(
    const float *sums, long rows, long width, float scale, sluice_bfloat *to, long stride);
