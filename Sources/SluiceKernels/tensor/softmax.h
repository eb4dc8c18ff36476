// Variants of tensor_rows.h's softmax.
#pragma once

void sluice_softmax_avx512(
    float *scores, const float *bias, long bias_stride, float scale, float *lse, long rows, long columns);
void sluice_softmax_known_avx512(
    float *scores, const float *bias, long bias_stride, float scale, const float *lse, long rows, long columns);
