// Color operations of augmentation on one frame of three planes of `count` bytes: planes + 0, + count, + 2 * count.
#pragma once

#include <stddef.h>
#include <stdint.h>

// Each result is trunc(clamp(factor * value + rest * other, 0, 255)) in 32-bit floats, as torchvision blends bytes.

// value against a constant.
void sluice_blend_constant(uint8_t *bytes, ptrdiff_t count, float factor, float rest, float other);
// Each color against the pixel's luma, trunc(.2989 R + .587 G + .114 B).
void sluice_blend_luma(uint8_t *planes, ptrdiff_t count, float factor, float rest);
// Each pixel against the rounded mean of its neighbors, the center counted five times; the border is its own mean.
// `soft` holds width * height bytes of scratch memory. One plane at a time.
void sluice_blend_soft(uint8_t *plane, int width, int height, float factor, float rest, uint8_t *soft);
// The sum of all pixels' luma.
uint64_t sluice_luma_sum(const uint8_t *planes, ptrdiff_t count);

// Turns the hue by `turn` of the whole circle, -0.5 ... 0.5; saturation and value stay.
void sluice_shift_hue(uint8_t *planes, ptrdiff_t count, float turn);

// value & mask.
void sluice_mask_bits(uint8_t *bytes, ptrdiff_t count, uint8_t mask);
// 255 - value where value >= threshold.
void sluice_solarize(uint8_t *bytes, ptrdiff_t count, float threshold);
// trunc((value - least) * (255 / (most - least))) of one plane; unchanged if all its values are equal.
void sluice_stretch(uint8_t *plane, ptrdiff_t count);
// How often each value occurs.
void sluice_histogram(const uint8_t *plane, ptrdiff_t count, uint32_t counts[256]);
// table[value].
void sluice_lookup(uint8_t *plane, ptrdiff_t count, const uint8_t table[256]);

// Where the pixels of one row of a moved picture come from, nearest pixel: of the source picture, column
// ((x - origin_x) * step_x - shift_x) + origin_x and row ((x - origin_x) * step_y - shift_y) + origin_y, rounded half to
// even. `places` receives row * width + column, or -1 outside.
typedef struct {
  double origin_x, step_x, shift_x;
  double origin_y, step_y, shift_y;
} sluice_warp;
void sluice_warp_row(const sluice_warp *warp, int width, int height, int32_t *places);

// Bytes behind `plane` and `out` that copying runs may read and write.
enum { SLUICE_RUN_SLACK = 16 };
// Copies runs (to, from, length), which cover `out` in ascending order; from -1 stands for zeros.
void sluice_copy_runs(const uint8_t *plane, const int32_t *runs, ptrdiff_t run_count, uint8_t *out);
// Mirrors each row.
void sluice_flip(const uint8_t *plane, int width, int height, ptrdiff_t stride, uint8_t *out);
