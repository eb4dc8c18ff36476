#include "tensor_short_attention.h"

#include <math.h>
#include <string.h>

enum { most = 16, most_width = 128 };

bool sluice_attention_is_short(long query_count, long key_count, long width) {
  return query_count <= most && key_count > 0 && key_count <= most && width <= most_width && width > 0 && width % 16 == 0;
}

#define KERNELS "short_attention.inc"
#include "variants.h"

void sluice_short_attention(const sluice_short_head *head, void *result, long stride, float *lse) {
  sluice_head_rows to = {result, stride};
  DISPATCH(forward, head, to, lse);
}

void sluice_short_attention_backward(
    const sluice_short_head *head, sluice_head_rows upper, const float *lse, sluice_head_rows queries, sluice_head_rows keys,
    sluice_head_rows values) {
  DISPATCH(backward, head, upper, lse, queries, keys, values);
}
