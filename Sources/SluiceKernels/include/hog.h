// Histograms of oriented gradients.
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { SLUICE_HOG_BINS = 9, SLUICE_HOG_CELL = 8 };

// Floats of scratch memory that `sluice_hog_central` needs for pictures `width` pixels wide.
size_t sluice_hog_scratch(int width);

// HOG as scikit-image computes it (central differences, hard bins, cells of 8 x 8, each its own L2 block) of each color
// of one interleaved RGB picture, whose row y begins at rgb + y * stride.
//
// `cells` receives [height / 8][width / 8][3][9] normalized values; `histogram`, unless NULL, the same before the
// normalization. Decisions between bins are exact; all variants give the same bits.
void sluice_hog_central(
  const uint8_t *rgb, ptrdiff_t stride, int width, int height, float *cells, float *histogram, float *scratch);

// HOG as SlowFast's HOGLayerC computes it (3 x 3 Sobel, reflected border, sums over cells of 8 x 8) of one plane whose
// row y begins at plane + y * stride. `cells` receives [9][height / 8][width / 8].
void sluice_hog_sobel(const float *plane, ptrdiff_t stride, int width, int height, float *cells);
