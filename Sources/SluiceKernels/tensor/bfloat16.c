#include "tensor_bfloat16.h"

#include <stdint.h>

#define KERNELS "bfloat16.inc"
#include "variants.h"

void sluice_to_bfloat16(const void *floats, void *halves, long count) { DISPATCH(round_all, floats, halves, count); }

void sluice_from_bfloat16(const void *halves, void *floats, long count) { DISPATCH(widen_all, halves, floats, count); }
