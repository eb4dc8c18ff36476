#include "tensor_conv.h"

#include <string.h>

typedef struct {
  long row;    // of the other grid
  long place;  // in the kernel
} contact;

static void coordinates(const long size[3], long row, long at[3]) {
  at[2] = row % size[2];
  at[1] = row / size[2] % size[1];
  at[0] = row / size[2] / size[1];
}

// The input rows that output row `row` sees; at most as many as the kernel has places.
static int seen_by(const sluice_window *w, long row, contact *contacts) {
  long at[3];
  coordinates(w->result, row, at);
  int count = 0;
  for (long a = 0; a < w->kernel[0]; a++) {
    long t = at[0] * w->stride[0] - w->padding[0] + a;
    if (t < 0 || t >= w->size[0]) continue;
    for (long b = 0; b < w->kernel[1]; b++) {
      long y = at[1] * w->stride[1] - w->padding[1] + b;
      if (y < 0 || y >= w->size[1]) continue;
      for (long c = 0; c < w->kernel[2]; c++) {
        long x = at[2] * w->stride[2] - w->padding[2] + c;
        if (x < 0 || x >= w->size[2]) continue;
        contacts[count++] =
            (contact){(t * w->size[1] + y) * w->size[2] + x, (a * w->kernel[1] + b) * w->kernel[2] + c};
      }
    }
  }
  return count;
}

// The output rows that see input row `row`.
static int seeing(const sluice_window *w, long row, contact *contacts) {
  long at[3];
  coordinates(w->size, row, at);
  int count = 0;
  for (long a = 0; a < w->kernel[0]; a++) {
    long t = at[0] + w->padding[0] - a;
    if (t < 0 || t % w->stride[0] || t / w->stride[0] >= w->result[0]) continue;
    for (long b = 0; b < w->kernel[1]; b++) {
      long y = at[1] + w->padding[1] - b;
      if (y < 0 || y % w->stride[1] || y / w->stride[1] >= w->result[1]) continue;
      for (long c = 0; c < w->kernel[2]; c++) {
        long x = at[2] + w->padding[2] - c;
        if (x < 0 || x % w->stride[2] || x / w->stride[2] >= w->result[2]) continue;
        contacts[count++] = (contact){
            (t / w->stride[0] * w->result[1] + y / w->stride[1]) * w->result[2] + x / w->stride[2],
            (a * w->kernel[1] + b) * w->kernel[2] + c};
      }
    }
  }
  return count;
}

static long places(const sluice_window *w) { return w->kernel[0] * w->kernel[1] * w->kernel[2]; }

#define KERNELS "conv.inc"
#include "variants.h"

void sluice_depthwise(
    const sluice_window *window, bool is_bfloat16, const void *x, const float *weight, void *y, long channels, long head,
    long from, long to) {
  DISPATCH(depthwise, window, is_bfloat16, x, weight, y, channels, head, from, to);
}

void sluice_depthwise_input(
    const sluice_window *window, bool is_bfloat16, const void *dy, const float *weight, void *dx, long channels, long head,
    long from, long to) {
  DISPATCH(depthwise_input, window, is_bfloat16, dy, weight, dx, channels, head, from, to);
}

void sluice_depthwise_weight(
    const sluice_window *window, bool is_bfloat16, const void *x, const void *dy, float *dweight, long channels, long head,
    long from, long to) {
  DISPATCH(depthwise_weight, window, is_bfloat16, x, dy, dweight, channels, head, from, to);
}

void sluice_max_pool(
    const sluice_window *window, const float *x, float *y, unsigned char *which, long channels, long from, long to) {
  DISPATCH(max_pool, window, x, y, which, channels, from, to);
}

void sluice_max_pool_input(
    const sluice_window *window, const float *dy, const unsigned char *which, float *dx, long channels, long from,
    long to) {
  DISPATCH(max_pool_input, window, dy, which, dx, channels, from, to);
}
