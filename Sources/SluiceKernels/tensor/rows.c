#include "tensor_rows.h"

#include <math.h>
#include <stddef.h>

#include "softmax.h"

#define KERNELS "rows.inc"
#include "variants.h"

void sluice_activate(int kind, const float *x, float *y, long count) { DISPATCH(activate, kind, x, y, count); }

void sluice_activate_backward(int kind, const float *x, const float *dy, float *dx, long count) {
  DISPATCH(activate_backward, kind, x, dy, dx, count);
}

void sluice_add_bias(float *y, const float *bias, long rows, long columns) {
  DISPATCH(add_bias, y, bias, rows, columns);
}

void sluice_sum_rows(const float *x, float *sums, long rows, long columns) {
  DISPATCH(sum_rows, x, sums, rows, columns);
}

void sluice_add(const float *a, const float *b, float *c, long count) { DISPATCH(add, a, b, c, count); }

void sluice_add_scaled(const float *x, float factor, float *y, long count) {
  DISPATCH(add_scaled, x, factor, y, count);
}

void sluice_scale(const float *x, float factor, float offset, float *y, long count) {
  DISPATCH(scale, x, factor, offset, y, count);
}

void sluice_multiply(const float *a, const float *b, float *c, long count) { DISPATCH(multiply, a, b, c, count); }

double sluice_sum(const float *x, long count) { return DISPATCH(sum, x, count); }

double sluice_dot(const float *x, const float *y, long count) { return DISPATCH(dot, x, y, count); }

void sluice_layer_norm(
    const float *x, const float *weight, const float *bias, float *y, float *mean, float *rstd, long rows, long columns,
    float epsilon) {
  DISPATCH(layer_norm, x, weight, bias, y, mean, rstd, rows, columns, epsilon);
}

void sluice_layer_norm_backward(
    const float *x, const float *weight, const float *dy, const float *mean, const float *rstd, float *dx,
    float *dweight, float *dbias, long rows, long columns) {
  DISPATCH(layer_norm_backward, x, weight, dy, mean, rstd, dx, dweight, dbias, rows, columns);
}

void sluice_softmax(float *scores, const float *bias, long bias_stride, float scale, float *lse, long rows, long columns) {
#if defined(__x86_64__)
  if (sluice_cpu_level() >= SLUICE_CPU_AVX512)
    return sluice_softmax_avx512(scores, bias, bias_stride, scale, lse, rows, columns);
#endif
  DISPATCH(softmax, scores, bias, bias_stride, scale, lse, rows, columns);
}

void sluice_softmax_known(
    float *scores, const float *bias, long bias_stride, float scale, const float *lse, long rows, long columns) {
#if defined(__x86_64__)
  if (sluice_cpu_level() >= SLUICE_CPU_AVX512)
    return sluice_softmax_known_avx512(scores, bias, bias_stride, scale, lse, rows, columns);
#endif
  DISPATCH(softmax_known, scores, bias, bias_stride, scale, lse, rows, columns);
}

void sluice_softmax_backward(const float *p, float *dp, long rows, long columns) {
  DISPATCH(softmax_backward, p, dp, rows, columns);
}

void sluice_cross_entropy(
    const float *x, const long *labels, float smoothing, double *loss, float *lse, long rows, long columns) {
  DISPATCH(cross_entropy, x, labels, smoothing, loss, lse, rows, columns);
}

void sluice_cross_entropy_backward(
    const float *x, const long *labels, float smoothing, const float *lse, const float *factor, float *dx, long rows,
    long columns) {
  DISPATCH(cross_entropy_backward, x, labels, smoothing, lse, factor, dx, rows, columns);
}

double sluice_penalty(int kind, float beta, const float *x, const float *t, long count) {
  return DISPATCH(penalty, kind, beta, x, t, count);
}

void sluice_penalty_backward(int kind, float beta, const float *x, const float *t, float factor, float *dx, long count) {
  DISPATCH(penalty_backward, kind, beta, x, t, factor, dx, count);
}

void sluice_triad(const float *b, const float *c, float factor, float *a, long count) {
  DISPATCH(triad, b, c, factor, a, count);
}
