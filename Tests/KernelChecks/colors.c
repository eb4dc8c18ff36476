// Colour operations and moves of bytes.
#include <stdlib.h>

#include "checks.h"

// Runs `body` on copies of three planes of `count` bytes in each variant and compares.
static void variants(
    const char *name, long count, const uint8_t *planes, void (*body)(uint8_t *, long, float), float by) {
  uint8_t *wanted = NULL;
  EACH_LEVEL(level) {
    uint8_t *own = copied_bytes(planes, 3 * count);
    body(own, count, by);
    if (!wanted) wanted = own;
    EXPECT(memcmp(own, wanted, (size_t)(3 * count)) == 0, "%s %g of %ld", name, (double)by, count);
  }
}

static void constant(uint8_t *b, long n, float by) { sluice_blend_constant(b, 3 * n, by, 1 - by, 77); }
static void luma(uint8_t *b, long n, float by) { sluice_blend_luma(b, n, by, 1 - by); }
static void hue(uint8_t *b, long n, float by) { sluice_shift_hue(b, n, by < -0.5f ? -0.5f : by > 0.5f ? 0.5f : by); }
static void mask(uint8_t *b, long n, float by) { sluice_mask_bits(b, 3 * n, by > 1 ? 0xF0 : 0xFE); }
static void solarize(uint8_t *b, long n, float by) { sluice_solarize(b, 3 * n, by * 128); }
static void stretch(uint8_t *b, long n, float by) {
  for (long i = 0; i < 3 * n; i++) b[i] = (uint8_t)(b[i] % (by > 1 ? 100 : 1) + 50);
  for (int plane = 0; plane < 3; plane++) sluice_stretch(b + plane * n, n);
}

static void blending(void) {
  static const float strengths[] = {-1e30f, -1, -0.3f, 0, 0.13f, 0.5f, 1, 1.7f, 3, 1e30f};
  for (int i = 0; i < length_count; i++) {
    long n = lengths[i];
    for (int s = 0; s < 10; s++) {
      uint8_t *planes = noise(3 * n);
      variants("constant", n, planes, constant, strengths[s]);
      variants("luma", n, planes, luma, strengths[s]);
      variants("hue", n, planes, hue, strengths[s]);
      variants("mask", n, planes, mask, strengths[s]);
      variants("solarize", n, planes, solarize, strengths[s]);
      variants("stretch", n, planes, stretch, strengths[s]);
      release();
    }
  }
}

static void counting(void) {
  for (int i = 0; i <= length_count; i++) {
    long n = i < length_count ? lengths[i] : 70001;
    uint8_t *planes = noise(3 * n), table[256];
    uint64_t sum = 0;
    uint32_t wanted[256] = {0}, counts[256];
    for (int value = 0; value < 256; value++) table[value] = (uint8_t)(value * 7 + 3);
    for (long x = 0; x < n; x++) {
      sum += (uint64_t)((0.2989f * planes[x] + 0.587f * planes[n + x]) + 0.114f * planes[2 * n + x]);
      wanted[planes[x]]++;
    }
    EACH_LEVEL(level) {
      EXPECT(sluice_luma_sum(planes, n) == sum, "luma of %ld", n);
      sluice_histogram(planes, n, counts);
      EXPECT(memcmp(counts, wanted, sizeof wanted) == 0, "histogram of %ld", n);
      uint8_t *own = copied_bytes(planes, n);
      sluice_lookup(own, n, table);
      bool equal = true;
      for (long x = 0; x < n; x++) equal &= own[x] == table[planes[x]];
      EXPECT(equal, "lookup of %ld", n);
    }
    release();
  }
}

static void moving(void) {
  for (int round = 0; round < 100; round++) {
    int width = (int)draw(1, 80), height = (int)draw(0, 9);
    ptrdiff_t stride = width + draw(0, 5);
    uint8_t *plane = noise(height > 0 ? (height - 1) * stride + width : 0), *dense = noise((long)width * height);
    uint8_t *soft = NULL;
    int32_t *places = NULL;
    sluice_warp warp = {width / 2.0, 0.9, 3.3, height / 2.0, -0.2, 1.5};
    if (round % 5 == 0) warp.step_x = 1e300;
    if (round % 5 == 1) warp.shift_y = NAN;
    if (round % 5 == 2) warp.shift_x = -INFINITY;
    EACH_LEVEL(level) {
      uint8_t *flipped = bytes((long)width * height);
      sluice_flip(plane, width, height, stride, flipped);
      bool equal = true;
      for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) equal &= flipped[y * width + x] == plane[y * stride + width - 1 - x];
      EXPECT(equal, "flip of %d x %d", width, height);
      uint8_t *own = copied_bytes(dense, (long)width * height);
      sluice_blend_soft(own, width, height, 1.9f, -0.9f, bytes((long)width * height));
      int32_t *found = (int32_t *)floats(width);
      sluice_warp_row(&warp, width, height, found);
      if (!soft) soft = own, places = found;
      EXPECT(memcmp(own, soft, (size_t)(width * height)) == 0, "sharpness of %d x %d", width, height);
      EXPECT(memcmp(found, places, (size_t)width * 4) == 0, "warp of %d x %d", width, height);
      for (int x = 0; x < width; x++) EXPECT(found[x] >= -1 && found[x] < width * height, "place %d", found[x]);
    }
    release();
  }
}

static void copying(void) {
  for (int round = 0; round < 100; round++) {
    int size = (int)draw(1, 200), count = 0;
    uint8_t *plane = noise(size + SLUICE_RUN_SLACK), *out = bytes(size + SLUICE_RUN_SLACK), *wanted = bytes(size);
    int32_t *runs = (int32_t *)floats(3 * size), at = 0;
    for (int32_t length; at < size; at += length, count++) {
      length = (int32_t)draw(1, size - at);
      int32_t from = round % 3 == 0 && count % 2 ? -1 : (int32_t)draw(0, size - length);
      memcpy(runs + 3 * count, (int32_t[]){at, from, length}, 12);
      for (int i = 0; i < length; i++) wanted[at + i] = from < 0 ? 0 : plane[from + i];
    }
    sluice_copy_runs(plane, runs, count, out);
    EXPECT(memcmp(out, wanted, (size_t)size) == 0, "%d runs", count);
    release();
  }
}

void check_colors(void) {
  blending();
  counting();
  moving();
  copying();
}
