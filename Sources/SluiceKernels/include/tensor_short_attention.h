// Attention of one head over few queries and keys, in the caches from beginning to end; one thread.
#pragma once
#include <stdbool.h>

// One head: rows of `width` numbers of float or of bfloat16, at strides of their own.
typedef struct {
  bool is_bfloat16;
  const void *queries, *keys, *values;
  long query_stride, key_stride, value_stride;
  long query_count, key_count, width;
  float scale;
} sluice_short_head;

// Whether it is one: up to 16 queries and keys, a width of whole sixteens up to 128.
bool sluice_attention_is_short(long query_count, long key_count, long width);

// result = softmax(scale q k^T) v; keeps the logarithm of each softmax's sum.
void sluice_short_attention(const sluice_short_head *head, void *result, long stride, float *lse);

// Rows of one head in memory.
typedef struct {
  void *start;
  long stride;
} sluice_head_rows;

// The gradients of queries, keys and values from that of the result.
void sluice_short_attention_backward(
    const sluice_short_head *head, sluice_head_rows upper, const float *lse, sluice_head_rows queries, sluice_head_rows keys,
    sluice_head_rows values);
