// Element-wise and row-wise loops of the tensor operations, single precision, one thread.
#pragma once

// Activations.
enum { SLUICE_GELU = 1, SLUICE_QUICK_GELU = 2, SLUICE_RELU = 3 };

// y[i] = f(x[i]).
void sluice_activate(int kind, const float *x, float *y, long count);

// dx[i] = dy[i] * f'(x[i]); dx may be dy.
void sluice_activate_backward(int kind, const float *x, const float *dy, float *dx, long count);

// y[r][c] += bias[c].
void sluice_add_bias(float *y, const float *bias, long rows, long columns);

// sums[c] += the sum over r of x[r][c].
void sluice_sum_rows(const float *x, float *sums, long rows, long columns);

// c[i] = a[i] + b[i]; c may be a or b.
void sluice_add(const float *a, const float *b, float *c, long count);

// y[i] += factor * x[i].
void sluice_add_scaled(const float *x, float factor, float *y, long count);

// y[i] = factor * x[i] + offset.
void sluice_scale(const float *x, float factor, float offset, float *y, long count);

// c[i] = a[i] * b[i].
void sluice_multiply(const float *a, const float *b, float *c, long count);

// The sum of x, and the sum of x * y.
double sluice_sum(const float *x, long count);
double sluice_dot(const float *x, const float *y, long count);

// y = (x - mean) * rstd * weight + bias for each row of `columns`; keeps mean and rstd of each row.
void sluice_layer_norm(
    const float *x, const float *weight, const float *bias, float *y, float *mean, float *rstd, long rows, long columns,
    float epsilon);

// The gradients of the above; dweight and dbias are added to and may be NULL, dx may be NULL.
void sluice_layer_norm_backward(
    const float *x, const float *weight, const float *dy, const float *mean, const float *rstd, float *dx,
    float *dweight, float *dbias, long rows, long columns);

// Each row of `columns` becomes softmax(scale * row + bias row); its log of the sum of exponentials is kept in lse.
// bias is NULL or has the same rows at bias_stride.
void sluice_softmax(float *scores, const float *bias, long bias_stride, float scale, float *lse, long rows, long columns);

// The same again with lse known: each score s becomes exp(scale * s + bias - lse).
void sluice_softmax_known(
    float *scores, const float *bias, long bias_stride, float scale, const float *lse, long rows, long columns);

// ds = p * (dp - sum of p * dp of the row) in dp's place.
void sluice_softmax_backward(const float *p, float *dp, long rows, long columns);

// The mean over rows of -sum of t * log softmax(row) is what cross-entropy takes; here one row at a time:
// loss[r] = lse - sum of t * x, with t = smoothing / columns + (1 - smoothing) at label; dx = (softmax - t) * factor[r].
void sluice_cross_entropy(
    const float *x, const long *labels, float smoothing, double *loss, float *lse, long rows, long columns);
void sluice_cross_entropy_backward(
    const float *x, const long *labels, float smoothing, const float *lse, const float *factor, float *dx, long rows,
    long columns);

// What a difference d between prediction and target costs.
enum { SLUICE_SQUARED = 1, SLUICE_ABSOLUTE = 2, SLUICE_SMOOTH = 3 };

// The sum over a row of the penalty of x - t, and dx = factor * its derivative.
double sluice_penalty(int kind, float beta, const float *x, const float *t, long count);
void sluice_penalty_backward(int kind, float beta, const float *x, const float *t, float factor, float *dx, long count);

// a[i] = b[i] + factor * c[i].
void sluice_triad(const float *b, const float *c, float factor, float *a, long count);
