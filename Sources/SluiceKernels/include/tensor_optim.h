// The optimizers' arithmetic: one pass over memory.
#pragma once

// The constants of an AdamW update; see Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019.
typedef struct {
  float beta1, beta2;
  float rest1, rest2;  // 1 - beta, rounded once
  float scale;         // of the gradient
  float keep;          // 1 - rate * decay
  float size;          // rate / (1 - beta1^count)
  float root;          // 1 / sqrt(1 - beta2^count)
  float epsilon;
} sluice_adamw;

// p = keep * p - size * m / (sqrt(v) * root + epsilon), with m and v brought up to date first.
void sluice_adamw_update(const sluice_adamw *step, float *p, const float *g, float *m, float *v, long count);

// The same with g += decay * p first and nothing else taken from p: step->keep is not read.
void sluice_adam_update(
    const sluice_adamw *step, float decay, float *p, const float *g, float *m, float *v, long count);

// The constants of a momentum update.
typedef struct {
  float scale;  // of the gradient
  float decay, momentum, rate;
  float keep;  // of the velocity: the momentum, 0 in the first update
  int nesterov;
} sluice_sgd;

// g += decay * p, u = keep * u + g, p -= rate * (nesterov ? g + momentum * u : u).
void sluice_sgd_update(const sluice_sgd *step, float *p, const float *g, float *u, long count);

// a += share * (p - a): equal numbers stay as they are.
void sluice_average_update(float share, float *a, const float *p, long count);

// The sum of squares in double precision; not finite exactly if an element is not.
double sluice_sum_of_squares(const float *x, long count);
