#include <math.h>
#include <string.h>

#include "hog.h"

// The official operator of MaskFeat: targets of the video models in SlowFast.
#pragma STDC FP_CONTRACT OFF

enum { BINS = SLUICE_HOG_BINS, CELL = SLUICE_HOG_CELL };

static int mirrored(int i, int n) {
  if (i < 0) return n > 1 ? 1 : 0;
  if (i >= n) return n > 1 ? n - 2 : 0;
  return i;
}

// floor(atan2(gx, gy) / pi * 9) mod 9 without the arc: the angle from the y axis, by comparing tangents.
static int bin_of(float gx, float gy) {
  float along = fabsf(gy), across = fabsf(gx);
  int passed = (across > along * 0.363970234f) + (across > along * 0.839099631f) + (across > along * 1.73205081f) +
               (across > along * 5.67128182f);
  if (gx == 0) return 0;
  return (gx < 0) != (gy < 0) && gy != 0 ? 8 - passed : passed;
}

void sluice_hog_sobel(const float *plane, ptrdiff_t stride, int width, int height, float *cells) {
  int columns = width / CELL, rows = height / CELL;
  size_t area = (size_t)rows * (size_t)columns;
  memset(cells, 0, BINS * area * sizeof(float));
  for (int y = 0; y < rows * CELL; y++) {
    const float *above = plane + mirrored(y - 1, height) * stride, *center = plane + y * stride,
                *below = plane + mirrored(y + 1, height) * stride;
    for (int x = 0; x < columns * CELL; x++) {
      int l = mirrored(x - 1, width), r = mirrored(x + 1, width);
      float gx = (above[l] - above[r]) + 2 * (center[l] - center[r]) + (below[l] - below[r]);
      float gy = (above[l] + 2 * above[x] + above[r]) - (below[l] + 2 * below[x] + below[r]);
      size_t cell = (size_t)(y / CELL) * (size_t)columns + (size_t)(x / CELL);
      cells[(size_t)bin_of(gx, gy) * area + cell] += sqrtf(gx * gx + gy * gy);
    }
  }
  for (size_t cell = 0; cell < area; cell++) {
    float squares = 0;
    for (int bin = 0; bin < BINS; bin++) squares += cells[bin * area + cell] * cells[bin * area + cell];
    float length = fmaxf(sqrtf(squares), 1e-12f);
    for (int bin = 0; bin < BINS; bin++) cells[bin * area + cell] /= length;
  }
}
