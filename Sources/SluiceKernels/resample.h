// The two halves of a resize, shared by the kernels that need one row at a time. Private to the kernels.
#pragma once

#include "pixels.h"

// Floats beyond a row that reading whole vectors may touch.
enum { SLUICE_ROW_SLACK = 64 };

// out[x] = the sum over taps of weights[t * count] * plane[t * stride + x].
void sluice_blend_rows(
  const uint8_t *plane, ptrdiff_t stride, int width, int taps, const float *weights, int count, float *out);

// The outputs of one row; SLUICE_ROW_SLACK floats behind it are read but not used.
void sluice_blend_columns(const float *row, const sluice_taps *columns, float *out);
