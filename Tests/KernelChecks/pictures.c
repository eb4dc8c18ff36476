// From planes to clips: conversion, resizing, normalisation, patches, HOG. All variants give the same bits.
#include "checks.h"

// A picture of planes without a byte too many.
static sluice_yuv_planes picture(int width, int height, int shift_x, int shift_y) {
  sluice_yuv_planes p = {.width = width, .height = height, .shift_x = shift_x, .shift_y = shift_y};
  int columns = (width + (1 << shift_x) - 1) >> shift_x, rows = (height + (1 << shift_y) - 1) >> shift_y;
  p.luma_stride = width + draw(0, 3);
  p.chroma_stride = columns + draw(0, 3);
  p.y = noise((height - 1) * p.luma_stride + width);
  p.u = noise((rows - 1) * p.chroma_stride + columns);
  p.v = noise((rows - 1) * p.chroma_stride + columns);
  return p;
}

static const sluice_yuv_matrix bt601 = {1.164f, -18.6f, 1.596f, -0.392f, -0.813f, 2.017f};

static void conversion(void) {
  for (int round = 0; round < 300; round++) {
    int width = (int)draw(1, 150), height = (int)draw(1, 9), shift_x = round % 3 > 0, shift_y = round % 3 > 1;
    sluice_yuv_planes p = picture(width, height, shift_x, shift_y);
    int left = (int)draw(0, width - 1), top = (int)draw(0, height - 1);
    int wide = (int)draw(1, width - left), tall = (int)draw(0, height - top);
    uint8_t *needed = round % 2 ? noise(tall) : NULL, *wanted = NULL;
    for (int y = 0; needed && y < tall; y++) needed[y] &= 1;
    EACH_LEVEL(level) {
      uint8_t *rgb = bytes(3 * wide * tall);
      sluice_yuv_to_rgb(&p, &bt601, left, top, wide, tall, needed, rgb, floats((long)sluice_yuv_scratch(wide)));
      if (!wanted) wanted = rgb;
      EXPECT(memcmp(rgb, wanted, (size_t)(3 * wide * tall)) == 0, "%d x %d from %d, %d", wide, tall, left, top);
    }
    release();
  }
}

static void interleaving(void) {
  for (int i = 0; i < length_count; i++) {
    int n = lengths[i];
    uint8_t *rgb = noise(3 * n);
    EACH_LEVEL(level) {
      uint8_t *red = bytes(n), *green = bytes(n), *blue = bytes(n), *back = bytes(3 * n);
      sluice_rgb_split(rgb, n, red, green, blue);
      bool equal = true;
      for (int x = 0; x < n; x++)
        equal &= red[x] == rgb[3 * x] && green[x] == rgb[3 * x + 1] && blue[x] == rgb[3 * x + 2];
      EXPECT(equal, "split %d", n);
      sluice_rgb_join(red, green, blue, n, back);
      EXPECT(memcmp(back, rgb, (size_t)(3 * n)) == 0, "join %d", n);
    }
    release();
  }
}

// Weights of `count` outputs from `size` inputs, whose places rise or fall.
static sluice_taps taps_of(int size, int count, int taps) {
  int32_t *start = (int32_t *)floats(count);
  bool falls = draw(0, 1);
  for (int i = 0; i < count; i++) {
    long place = (long)(size - taps) * i / (count > 1 ? count - 1 : 1);
    start[i] = (int32_t)(falls ? size - taps - place : place);
  }
  return (sluice_taps){count, taps, start, numbers((long)count * taps)};
}

static void resizing(void) {
  for (int round = 0; round < 300; round++) {
    int width = (int)draw(1, 120), height = (int)draw(1, 12), taps = (int)draw(1, width < 9 ? width : 9);
    int wide = round == 0 ? 256 : (int)draw(1, 100), tall = round == 0 ? 128 : (int)draw(0, 9);
    ptrdiff_t stride = width + draw(0, 5), out_stride = wide + draw(0, 5);
    int down = (int)draw(1, height < 5 ? height : 5);
    sluice_taps columns = taps_of(width, wide, taps), rows = taps_of(height, tall, down);
    sluice_normalization normalization = {0.45f, 0.225f, round % 4 == 0};
    long area = (long)wide * tall, out_size = tall > 0 ? (tall - 1) * out_stride + wide : 0;
    uint8_t *plane = noise((height - 1) * stride + width), *wanted = NULL;
    float *wanted_values = NULL, *lines = strange((height - 1) * stride + width), *wanted_lines = NULL;
    bool has_bytes = round % 3 != 1, has_values = round % 3 != 2;
    EACH_LEVEL(level) {
      uint8_t *out = has_bytes ? bytes(out_size) : NULL;
      // Whole cache lines are written past the caches.
      float *values = !has_values ? NULL : round == 0 ? aligned(area * 4) : floats(area), *line = floats(out_size);
      float *scratch = floats((long)sluice_resample_scratch(width, wide));
      sluice_resample(
          plane, stride, width, &columns, &rows, has_values ? &normalization : NULL, out, out_stride, values, scratch);
      sluice_resample_float(lines, stride, width, &columns, &rows, line, out_stride, scratch);
      if (!wanted) wanted = out;
      if (!wanted_values) wanted_values = values;
      if (!wanted_lines) wanted_lines = line;
      EXPECT(!out || memcmp(out, wanted, (size_t)out_size) == 0, "%d x %d to %d x %d", width, height, wide, tall);
      EXPECT(!values || same(values, wanted_values, area), "%d x %d to %d x %d", width, height, wide, tall);
      EXPECT(same(line, wanted_lines, out_size), "floats, %d x %d to %d x %d", width, height, wide, tall);
    }
    release();
  }
}

static sluice_fused_plane part(int width, int height, int wide, int tall, int across, int down) {
  ptrdiff_t stride = width + draw(0, 5);
  return (sluice_fused_plane){noise((height - 1) * stride + width), stride, width, taps_of(width, wide, across),
                              taps_of(height, tall, down)};
}

static void fused(void) {
  static const float scale[3] = {0.017f, 0.0175f, 0.0174f}, offset[3] = {-2.1f, -2.0f, -1.8f};
  for (int round = 0; round < 200; round++) {
    int width = (int)draw(9, 120), height = (int)draw(5, 12), wide = (int)draw(1, 100), tall = (int)draw(0, 9);
    // Few taps have loops of their own.
    int across = (int)draw(1, 5), down = (int)draw(1, 3);
    if (round == 0) wide = 256, tall = 128;
    sluice_fused_plane y = part(width, height, wide, tall, across, down);
    sluice_fused_plane u = part((width + 1) / 2, (height + 1) / 2, wide, tall, across, down);
    sluice_fused_plane v = part((width + 1) / 2, (height + 1) / 2, wide, tall, across, down);
    bool is_gray = round % 4 == 1, has_bytes = round % 3 != 1, has_values = round % 3 != 2;
    long area = (long)wide * tall;
    uint8_t *wanted = NULL;
    float *wanted_values[3] = {NULL};
    EACH_LEVEL(level) {
      uint8_t *out = has_bytes ? bytes(3 * area) : NULL;
      float *values[3];
      for (int c = 0; c < 3; c++) values[c] = round == 0 ? aligned(area * 4) : floats(area);
      sluice_fused(
          &y, is_gray ? NULL : &u, is_gray ? NULL : &v, is_gray ? NULL : &bt601, scale, offset,
          has_values ? values : NULL, out, floats((long)sluice_fused_scratch(width, wide)));
      if (!wanted) wanted = out;
      EXPECT(!out || memcmp(out, wanted, (size_t)(3 * area)) == 0, "%d x %d to %d x %d", width, height, wide, tall);
      for (int c = 0; c < 3 && has_values; c++) {
        if (!wanted_values[c]) wanted_values[c] = values[c];
        EXPECT(same(values[c], wanted_values[c], area), "%d x %d to %d x %d", width, height, wide, tall);
      }
    }
    release();
  }
}

static void normalizing(void) {
  for (int i = 0; i < length_count; i++) {
    int n = lengths[i];
    uint8_t *plane = noise(n);
    EACH_LEVEL(level) {
      float *out = floats(n), *wanted = floats(n);
      sluice_normalize(plane, n, 0.485f, 0.229f, out);
      for (int x = 0; x < n; x++) wanted[x] = ((float)plane[x] / 255.0f - 0.485f) / 0.229f;
      EXPECT(same(out, wanted, n), "%d", n);
    }
    release();
  }
}

static void patches(void) {
  for (int round = 0; round < 100; round++) {
    int frames = (int)draw(1, 4), size = (int)draw(1, 17);
    int height = size + (int)draw(0, 5), width = size + (int)draw(0, 5);
    int length = (int)draw(0, frames), frame = (int)draw(0, frames - length);
    int top = (int)draw(0, height - size), left = (int)draw(0, width - size), count = length * size * size * 3;
    uint8_t *clip = noise((long)frames * height * width * 3);
    float *wanted = floats(count), *odd = strange(count), *wanted_odd = NULL;
    for (int i = 0; i < count; i++) {
      int t = frame + i / (size * size * 3), y = top + i / (size * 3) % size, x = left * 3 + i % (size * 3);
      wanted[i] = (float)clip[((long)t * height + y) * width * 3 + x] / 255.0f;
    }
    float *wanted_normal = NULL;
    EACH_LEVEL(level) {
      float *out = floats(count);
      sluice_patch_gather(clip, height, width, frame, top, left, length, size, out);
      EXPECT(same(out, wanted, count), "%d frames of %d", length, size);
      if (count == 0) continue;
      float *strangers = copied(odd, count);
      sluice_patch_normalize(out, count / 3);
      sluice_patch_normalize(strangers, count / 3);
      if (!wanted_normal) wanted_normal = out, wanted_odd = strangers;
      EXPECT(same(out, wanted_normal, count) && same(strangers, wanted_odd, count), "%d values", count);
    }
    release();
  }
}

static void gradients(void) {
  for (int round = 0; round < 80; round++) {
    int width = (int)draw(1, 70), height = (int)draw(1, 40), cells = (width / 8) * (height / 8);
    ptrdiff_t stride = 3 * width + draw(0, 5);
    uint8_t *rgb = noise((height - 1) * stride + 3 * width);
    float *wanted = NULL, *raw = NULL;
    EACH_LEVEL(level) {
      float *out = floats(27 * cells), *histogram = round % 2 ? floats(27 * cells) : NULL;
      sluice_hog_central(rgb, stride, width, height, out, histogram, floats((long)sluice_hog_scratch(width)));
      if (!wanted) wanted = out, raw = histogram;
      EXPECT(same(out, wanted, 27 * cells), "%d x %d", width, height);
      EXPECT(!raw || same(histogram, raw, 27 * cells), "%d x %d", width, height);
    }
    stride = width + draw(0, 5);
    float *flat = floats(9 * cells), *plane = (round % 2 ? strange : numbers)((height - 1) * stride + width);
    sluice_hog_sobel(plane, stride, width, height, flat);
    for (int cell = 0; cell < cells && round % 2 == 0; cell++) {
      double squares = 0;
      for (int bin = 0; bin < 9; bin++) squares += flat[bin * cells + cell] * flat[bin * cells + cell];
      EXPECT(fabs(squares - 1) < 1e-5, "a cell of length %f", squares);
    }
    release();
  }
}

void check_pictures(void) {
  conversion();
  interleaving();
  resizing();
  fused();
  normalizing();
  patches();
  gradients();
}
