// Pixel targets of masked autoencoders.
#pragma once

#include <stddef.h>
#include <stdint.h>

// The pixels of one token of an interleaved clip [T][height][width][3] as values in 0...1: rows of `size` pixels of
// `length` frames. `out` receives length * size * size * 3 floats.
void sluice_patch_gather(
  const uint8_t *clip, int height, int width, int frame, int top, int left, int length, int size, float *out);

// Of `pixels` interleaved colors, each color minus its mean, divided by its unbiased deviation + 1e-6.
void sluice_patch_normalize(float *values, int pixels);
