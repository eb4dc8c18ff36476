// Loops over tensors in single precision against the formulas in double precision; sums may be taken in any order.
#include <stdlib.h>

#include "checks.h"

static double share(double x) { return 0.5 * erfc(-x * 0.70710678118654752); }
static double gate(double x) { return 1 / (1 + exp(-1.702 * x)); }

static double activated(int kind, double x) {
  return kind == SLUICE_GELU ? x * share(x) : kind == SLUICE_QUICK_GELU ? x * gate(x) : fmax(x, 0);
}

static double slope(int kind, double x) {
  if (kind == SLUICE_GELU) return share(x) + x * 0.39894228040143268 * exp(-0.5 * x * x);
  if (kind == SLUICE_QUICK_GELU) return gate(x) * (1 + 1.702 * x * (1 - gate(x)));
  return x > 0;
}

static void activations(long n) {
  float *x = numbers(n), *dy = numbers(n), *odd = strange(n);
  double *wanted = doubles(n), *slopes = doubles(n);
  for (int kind = SLUICE_GELU; kind <= SLUICE_RELU; kind++) {
    for (long i = 0; i < n; i++) {
      wanted[i] = activated(kind, x[i] *= 1.5f);
      slopes[i] = dy[i] * slope(kind, x[i]);
    }
    EACH_LEVEL(level) {
      float *y = floats(n), *dx = copied(dy, n);
      sluice_activate(kind, x, y, n);
      sluice_activate_backward(kind, x, dx, dx, n);
      EXPECT(near(y, wanted, n, 2e-6, 1), "kind %d of %ld", kind, n);
      EXPECT(near(dx, slopes, n, 2e-6, 1), "slopes of kind %d of %ld", kind, n);
      sluice_activate(kind, odd, y, n);
      sluice_activate_backward(kind, odd, dy, dx, n);
      for (long i = 0; i < n && kind != SLUICE_RELU; i++)
        EXPECT(!isnan(odd[i]) || isnan(y[i]), "of NaN: %g", (double)y[i]);
    }
  }
}

static void elements(long n) {
  float *a = numbers(n), *b = numbers(n);
  double *results[4], total = 0, product = 0;
  for (int k = 0; k < 4; k++) results[k] = doubles(n);
  for (long i = 0; i < n; i++) {
    results[0][i] = (double)a[i] + b[i];
    results[1][i] = (double)a[i] * b[i];
    results[2][i] = b[i] + 1.5 * a[i];
    results[3][i] = 1.5 * a[i] - 0.25;
    total += a[i];
    product += (double)a[i] * b[i];
  }
  EACH_LEVEL(level) {
    float *out = copied(a, n);
    sluice_add(out, b, out, n);
    EXPECT(near(out, results[0], n, 1e-6, 1), "add %ld", n);
    sluice_multiply(a, b, out, n);
    EXPECT(near(out, results[1], n, 1e-6, 1), "multiply %ld", n);
    out = copied(b, n);
    sluice_add_scaled(a, 1.5f, out, n);
    EXPECT(near(out, results[2], n, 1e-6, 1), "add scaled %ld", n);
    sluice_triad(b, a, 1.5f, out, n);
    EXPECT(near(out, results[2], n, 1e-6, 1), "triad %ld", n);
    sluice_scale(a, 1.5f, -0.25f, out, n);
    EXPECT(near(out, results[3], n, 1e-6, 1), "scale %ld", n);
    EXPECT(fabs(sluice_sum(a, n) - total) <= 1e-5 * (1 + (double)n), "sum of %ld", n);
    EXPECT(fabs(sluice_dot(a, b, n) - product) <= 1e-5 * (1 + (double)n), "product of %ld", n);
    float *odd = strange(n);
    bool is_finite = true;
    for (long i = 0; i < n; i++) is_finite &= isfinite(odd[i]);
    EXPECT(isfinite(sluice_sum_of_squares(odd, n)) == is_finite, "squares of %ld", n);
  }
}

static void penalties(long n) {
  for (int kind = SLUICE_SQUARED; kind <= SLUICE_SMOOTH; kind++) {
    float *x = numbers(n), *t = numbers(n), *odd = strange(n), beta = 0.6f;
    double total = 0, *slopes = doubles(n);
    for (long i = 0; i < n; i++) {
      double d = (double)x[i] - t[i], far = fabs(d);
      double smooth = far < beta ? d * d / 2 / beta : far - beta / 2, bent = fmax(-1, fmin(1, d / beta));
      total += kind == SLUICE_SQUARED ? d * d : kind == SLUICE_ABSOLUTE ? far : smooth;
      slopes[i] = 3 * (kind == SLUICE_SQUARED ? 2 * d : kind == SLUICE_ABSOLUTE ? (d > 0) - (d < 0) : bent);
    }
    EACH_LEVEL(level) {
      float *dx = floats(n);
      EXPECT(fabs(sluice_penalty(kind, beta, x, t, n) - total) <= 1e-5 * (1 + total), "penalty %d of %ld", kind, n);
      sluice_penalty_backward(kind, beta, x, t, 3, dx, n);
      EXPECT(near(dx, slopes, n, 1e-5, 1), "slopes of penalty %d of %ld", kind, n);
      sluice_penalty(kind, beta, odd, t, n);
      sluice_penalty_backward(kind, beta, odd, t, 3, dx, n);
    }
  }
}

static void updates(long n) {
  sluice_adamw adamw = {0.9f, 0.95f, 0.1f, 0.05f, 0.5f, 0.999f, 0.01f, 1.7f, 1e-8f};
  float *p = numbers(n), *g = numbers(n), *m = numbers(n), *v = numbers(n);
  double *wanted = doubles(n), *plain = doubles(n), *steps = doubles(n), *averages = doubles(n);
  for (long i = 0; i < n; i++) averages[i] = m[i] + 0.3 * (p[i] - m[i]);
  EACH_LEVEL(level) {
    float *own = copied(m, n);
    sluice_average_update(0.3f, own, p, n);
    EXPECT(near(own, averages, n, 1e-5, 1), "average of %ld", n);
    sluice_average_update(0.3f, strange(n), strange(n), n);
  }
  for (int nesterov = 0; nesterov < 2; nesterov++) {
    sluice_sgd sgd = {0.5f, 0.01f, 0.9f, 0.1f, 0.9f, nesterov};
    for (long i = 0; i < n; i++) {
      double slope = g[i] * 0.5, mean = 0.9 * m[i] + 0.1 * slope;
      double square = 0.95 * (v[i] = fabsf(v[i])) + 0.05 * slope * slope;
      wanted[i] = p[i] * 0.999 - 0.01 * mean / (sqrt(square) * 1.7 + 1e-8);
      slope += 0.01 * p[i];
      plain[i] = p[i] - 0.01 * (0.9 * m[i] + 0.1 * slope) / (sqrt(0.95 * v[i] + 0.05 * slope * slope) * 1.7 + 1e-8);
      double speed = 0.9 * m[i] + slope;
      steps[i] = p[i] - 0.1 * (nesterov ? slope + 0.9 * speed : speed);
    }
    EACH_LEVEL(level) {
      float *own = copied(p, n);
      sluice_adamw_update(&adamw, own, g, copied(m, n), copied(v, n), n);
      EXPECT(near(own, wanted, n, 1e-5, 1), "AdamW of %ld", n);
      own = copied(p, n);
      sluice_adam_update(&adamw, 0.01f, own, g, copied(m, n), copied(v, n), n);
      EXPECT(near(own, plain, n, 1e-5, 1), "Adam of %ld", n);
      own = copied(p, n);
      sluice_sgd_update(&sgd, own, g, copied(m, n), n);
      EXPECT(near(own, steps, n, 1e-5, 1), "SGD of %ld", n);
      sluice_adamw_update(&adamw, strange(n), strange(n), strange(n), strange(n), n);
      sluice_adam_update(&adamw, 0.01f, strange(n), strange(n), strange(n), strange(n), n);
      sluice_sgd_update(&sgd, strange(n), strange(n), strange(n), n);
    }
  }
}

static void norms(long rows, long columns) {
  long count = rows * columns;
  float *x = numbers(count), *weight = numbers(columns), *bias = numbers(columns), *dy = numbers(count);
  double *wanted = doubles(count), *slopes = doubles(count), *sums = doubles(columns), *total = doubles(columns);
  for (long r = 0; r < rows; r++) {
    const float *line = x + r * columns, *upper = dy + r * columns;
    double mean = 0, squares = 0, level = 0, product = 0;
    for (long c = 0; c < columns; c++) mean += line[c] / (double)columns;
    for (long c = 0; c < columns; c++) squares += (line[c] - mean) * (line[c] - mean);
    double inverse = 1 / sqrt(squares / (double)columns + 1e-3);
    for (long c = 0; c < columns; c++) {
      double normal = (line[c] - mean) * inverse;
      wanted[r * columns + c] = normal * weight[c] + bias[c];
      sums[c] += upper[c] * normal;
      total[c] += upper[c];
      level += upper[c] * weight[c] / (double)columns;
      product += upper[c] * weight[c] * normal / (double)columns;
    }
    for (long c = 0; c < columns; c++)
      slopes[r * columns + c] = (upper[c] * weight[c] - level - (line[c] - mean) * inverse * product) * inverse;
  }
  EACH_LEVEL(level) {
    float *y = floats(count), *mean = floats(rows), *rstd = floats(rows), *dx = floats(count);
    float *dweight = floats(columns), *dbias = floats(columns);
    memset(dweight, 0, (size_t)columns * 4);
    memset(dbias, 0, (size_t)columns * 4);
    sluice_layer_norm(x, weight, bias, y, mean, rstd, rows, columns, 1e-3f);
    EXPECT(near(y, wanted, count, 1e-4, 1), "layer norm %ld x %ld", rows, columns);
    sluice_layer_norm_backward(x, weight, dy, mean, rstd, dx, dweight, dbias, rows, columns);
    EXPECT(near(dx, slopes, count, 1e-4, 1), "slopes of layer norm %ld x %ld", rows, columns);
    EXPECT(near(dweight, sums, columns, 1e-4, 1), "slopes of weights %ld x %ld", rows, columns);
    EXPECT(near(dbias, total, columns, 1e-4, 1), "slopes of biases %ld x %ld", rows, columns);
    sluice_layer_norm_backward(x, weight, dy, mean, rstd, NULL, dweight, dbias, rows, columns);
    sluice_layer_norm_backward(x, weight, dy, mean, rstd, dx, NULL, NULL, rows, columns);
    memset(dbias, 0, (size_t)columns * 4);
    sluice_sum_rows(dy, dbias, rows, columns);
    EXPECT(near(dbias, total, columns, 1e-5, 1), "sums of rows %ld x %ld", rows, columns);
    sluice_add_bias(y, bias, rows, columns);
  }
}

// Rows of attention: a bias of minus infinity closes a place, all of them close a row.
static void softmaxes(long rows, long columns, bool has_bias) {
  long stride = columns + draw(0, 3), count = rows * columns;
  float *x = numbers(count), *dy = numbers(count), *odd = strange(count);
  float *bias = has_bias ? numbers(rows > 0 ? (rows - 1) * stride + columns : 0) : NULL;
  double *wanted = doubles(count), *slopes = doubles(count), *logs = doubles(rows);
  for (long r = 0; has_bias && r < rows; r++)
    for (long c = 0; c < columns; c++)
      if (r % 3 == 1 || (r % 3 == 2 && c % 3)) bias[r * stride + c] = -INFINITY;
  for (long r = 0; r < rows; r++) {
    double sum = 0, inner = 0;
    for (long c = 0; c < columns; c++)
      sum += wanted[r * columns + c] = exp(4.0 * x[r * columns + c] + (has_bias ? bias[r * stride + c] : 0));
    logs[r] = sum > 0 ? log(sum) : INFINITY;
    for (long c = 0; c < columns; c++) {
      wanted[r * columns + c] = sum > 0 ? wanted[r * columns + c] / sum : 0;
      inner += wanted[r * columns + c] * dy[r * columns + c];
    }
    for (long i = r * columns; i < (r + 1) * columns; i++) slopes[i] = wanted[i] * (dy[i] - inner);
  }
  EACH_LEVEL(level) {
    float *own = copied(x, count), *again = copied(x, count), *lse = floats(rows), *dp = copied(dy, count);
    sluice_softmax(own, bias, stride, 4, lse, rows, columns);
    EXPECT(near(own, wanted, count, 1e-5, 1), "softmax %ld x %ld", rows, columns);
    for (long r = 0; r < rows; r++)
      EXPECT(lse[r] == (float)logs[r] || fabs(lse[r] - logs[r]) < 1e-4, "log %g, is %g", logs[r], (double)lse[r]);
    sluice_softmax_known(again, bias, stride, 4, lse, rows, columns);
    EXPECT(near(again, wanted, count, 1e-5, 1), "softmax again %ld x %ld", rows, columns);
    sluice_softmax_backward(own, dp, rows, columns);
    EXPECT(near(dp, slopes, count, 1e-5, 1), "slopes of softmax %ld x %ld", rows, columns);
    own = copied(odd, count);
    sluice_softmax(own, bias, stride, 4, lse, rows, columns);
    sluice_softmax_known(copied(odd, count), bias, stride, 4, lse, rows, columns);
    sluice_softmax_backward(own, dp, rows, columns);
  }
}

static void entropies(long rows, long columns) {
  float *x = numbers(rows * columns), *odd = strange(rows * columns), *factor = numbers(rows);
  long *labels = aligned(rows * (long)sizeof(long));
  double *wanted = doubles(rows), *slopes = doubles(rows * columns);
  for (long r = 0; r < rows; r++) {
    double sum = 0, total = 0;
    labels[r] = draw(0, columns - 1);
    for (long c = 0; c < columns; c++) sum += exp(x[r * columns + c]), total += x[r * columns + c];
    wanted[r] = log(sum) - 0.1 * total / (double)columns - 0.9 * x[r * columns + labels[r]];
    for (long c = 0; c < columns; c++)
      slopes[r * columns + c] =
          factor[r] * (exp(x[r * columns + c]) / sum - 0.1 / (double)columns - (c == labels[r] ? 0.9 : 0));
  }
  EACH_LEVEL(level) {
    double *loss = doubles(rows);
    float *lse = floats(rows), *dx = floats(rows * columns);
    sluice_cross_entropy(x, labels, 0.1f, loss, lse, rows, columns);
    for (long r = 0; r < rows; r++) EXPECT(fabs(loss[r] - wanted[r]) < 1e-5, "loss %g, is %g", wanted[r], loss[r]);
    sluice_cross_entropy_backward(x, labels, 0.1f, lse, factor, dx, rows, columns);
    EXPECT(near(dx, slopes, rows * columns, 1e-5, 1), "slopes %ld x %ld", rows, columns);
    sluice_cross_entropy(odd, labels, 0.1f, loss, lse, rows, columns);
    sluice_cross_entropy_backward(odd, labels, 0.1f, lse, factor, dx, rows, columns);
  }
}

void check_rows(void) {
  for (int i = 0; i <= length_count; i++) {
    long n = i < length_count ? lengths[i] : 2500;
    activations(n);
    elements(n);
    penalties(n);
    updates(n);
    release();
    for (long rows = 0; rows < 7 && n > 0; rows += 3) {
      norms(rows, n);
      softmaxes(rows, n, false);
      softmaxes(rows, n, true);
      entropies(rows, n);
      release();
    }
  }
}
