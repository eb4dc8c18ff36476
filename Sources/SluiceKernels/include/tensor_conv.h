// Convolution and pooling over video: depth-wise and max-pooling over tokens, and the unfolding of patches.
#pragma once
#include <stdbool.h>

// A sliding window over (time, height, width).
typedef struct {
  long size[3];    // of the input
  long result[3];  // of the output
  long kernel[3];
  long stride[3];
  long padding[3];
} sluice_window;

// Tokens are rows of `channels` numbers; the grid's rows follow one another in the order time, height, width. Ranges
// count rows of the grid: of the output, or of the input where stated.

// y = depth-wise convolution of x; weight is [kernel places][head], used for each group of `head` channels. Brief: x and
// y are bfloat16, else float; sums are float.
void sluice_depthwise(
    const sluice_window *window, bool is_bfloat16, const void *x, const float *weight, void *y, long channels, long head, long from,
    long to);

// dx of the above, for input rows in range.
void sluice_depthwise_input(
    const sluice_window *window, bool is_bfloat16, const void *dy, const float *weight, void *dx, long channels, long head, long from,
    long to);

// Adds the share of the output rows in range to dweight, [kernel places][head].
void sluice_depthwise_weight(
    const sluice_window *window, bool is_bfloat16, const void *x, const void *dy, float *dweight, long channels, long head, long from,
    long to);

// y = the largest of each window, places outside left out; which keeps its place in the window (at most 256 places).
void sluice_max_pool(
    const sluice_window *window, const float *x, float *y, unsigned char *which, long channels, long from, long to);

// dx of the above, for input rows in range.
void sluice_max_pool_input(
    const sluice_window *window, const float *dy, const unsigned char *which, float *dx, long channels, long from, long to);

// Bytes of room that unfolding needs.
long sluice_unfold_room(const sluice_window *window, bool is_bfloat16, long runs);

// The windows of output lines (grid rows of one time and height) `from ..< to` of x [planes][time][height][width], one a
// row; 0 outside. A window is runs of kernel width: [plane][kernel time][kernel height]; of these, `first_run ..< last_run`
// are written. Brief: x and rows are bfloat16, else float.
void sluice_unfold(
    const sluice_window *window, bool is_bfloat16, const void *x, void *rows, long first_run, long last_run, long from, long to,
    void *room);

// The reverse, of float numbers: adds each row's numbers to the places of x they came from.
void sluice_fold(const sluice_window *window, const float *rows, float *x, long planes, long from, long to);

// Whether there is a convolution of single-precision numbers without unfolding, which pays where windows overlap.
bool sluice_convolves(const sluice_window *window);

// Packs weights [outputs][plane][kernel places] and biases [outputs], which may be NULL, for it; numbers of the result.
long sluice_convolve_packed_count(const sluice_window *window, long planes, long outputs);
void sluice_convolve_pack(
    const sluice_window *window, const float *weight, const float *bias, long planes, long outputs, float *packed);

// y [windows][outputs] = the convolution of x [planes][time][height][width] for output lines in range.
long sluice_convolve_room(const sluice_window *window, long planes);
void sluice_convolve(
    const sluice_window *window, const float *x, const float *packed, float *y, long planes, long outputs, long from, long to,
    void *room);
