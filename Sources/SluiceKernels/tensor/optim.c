#include "tensor_optim.h"

#define KERNELS "optim.inc"
#include "variants.h"

void sluice_adamw_update(const sluice_adamw *step, float *p, const float *g, float *m, float *v, long count) {
  DISPATCH(adamw, *step, p, g, m, v, count);
}

void sluice_adam_update(
    const sluice_adamw *step, float decay, float *p, const float *g, float *m, float *v, long count) {
  DISPATCH(adam, *step, decay, p, g, m, v, count);
}

void sluice_sgd_update(const sluice_sgd *step, float *p, const float *g, float *u, long count) {
  DISPATCH(sgd, *step, p, g, u, count);
}

double sluice_sum_of_squares(const float *x, long count) { return DISPATCH(sum_of_squares, x, count); }

void sluice_average_update(float share, float *a, const float *p, long count) { DISPATCH(average, share, a, p, count); }
