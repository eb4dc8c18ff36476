// Resizes, blends and moves in the arithmetic of image libraries, and noise. All variants give the same bits.
#include "checks.h"

// Weights of `count` outputs from `size` inputs that sum to `full`.
static sluice_fixed_taps taps_of(int size, int count, int taps, int32_t full) {
  int32_t *start = (int32_t *)floats(count), *weights = (int32_t *)floats((long)count * taps);
  for (int i = 0; i < count; i++) {
    start[i] = (int32_t)((long)(size - taps) * i / (count > 1 ? count - 1 : 1));
    int32_t left = full;
    for (int t = 0; t < taps; t++) {
      int32_t weight = t + 1 < taps ? (int32_t)draw(-full / 16, full / taps) : left;
      weights[t * count + i] = weight;
      left -= weight;
    }
  }
  return (sluice_fixed_taps){count, taps, start, weights};
}

static uint8_t clamped(int32_t value) { return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value); }

static void whole_numbers(void) {
  for (int round = 0; round < 200; round++) {
    int width = (int)draw(1, 90), height = (int)draw(1, 12), wide = (int)draw(1, 70), tall = (int)draw(0, 9);
    int is_opencv = round % 2, most = is_opencv ? 2 : 7;
    int across = (int)draw(1, width < most ? width : most), down = (int)draw(1, height < most ? height : most);
    int32_t full = is_opencv ? 2048 : 1 << 22;
    sluice_fixed_taps columns = taps_of(width, wide, across, full), rows = taps_of(height, tall, down, full);
    ptrdiff_t stride = width + draw(0, 5);
    uint8_t *plane = noise((height - 1) * stride + width), *wanted = bytes((long)wide * tall);
    int32_t *lines = (int32_t *)floats((long)height * wide);
    for (int i = 0; i < height * wide; i++) {
      int32_t sum = is_opencv ? 0 : 1 << 21;
      for (int t = 0; t < across; t++)
        sum += columns.weights[t * wide + i % wide] * plane[i / wide * stride + columns.start[i % wide] + t];
      lines[i] = is_opencv ? sum : clamped(sum >> 22);
    }
    for (int i = 0; i < tall * wide; i++) {
      int32_t sum = is_opencv ? 2 : 1 << 21;
      for (int t = 0; t < down; t++) {
        int32_t weight = rows.weights[t * tall + i / wide], line = lines[(rows.start[i / wide] + t) * wide + i % wide];
        sum += is_opencv ? (weight * (line >> 4)) >> 16 : weight * line;
      }
      wanted[i] = clamped(sum >> (is_opencv ? 2 : 22));
    }
    EACH_LEVEL(level) {
      uint8_t *out = bytes((long)wide * tall);
      int32_t *scratch = (int32_t *)floats((long)sluice_fixed_scratch(width, height, wide));
      (is_opencv ? sluice_resample_opencv : sluice_resample_pillow)(plane, stride, width, &columns, &rows, out, scratch);
      EXPECT(memcmp(out, wanted, (size_t)(wide * tall)) == 0, "%d x %d to %d x %d", width, height, wide, tall);
    }
    release();
  }
}

static void blends(void) {
  static const float strengths[] = {-1e30f, -1, 0, 0.13f, 1, 1.7f, 1e30f};
  for (int i = 0; i < length_count; i++) {
    long n = lengths[i];
    uint8_t *planes = noise(3 * n);
    uint64_t sum = 0;
    for (long x = 0; x < n; x++)
      sum += (uint64_t)(19595 * planes[x] + 38470 * planes[n + x] + 7471 * planes[2 * n + x] + 32768) >> 16;
    for (int s = 0; s < 7; s++) {
      int width = (int)draw(1, 20), height = (int)(n / width);
      uint8_t *wanted = NULL, *soft = NULL, *blurred = bytes((long)width * height);
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          int ring = 0, isInner = x > 1 && y > 1 && x + 2 < width && y + 2 < height;
          for (int v = -2; isInner && v <= 2; v++)
            for (int u = -2; u <= 2; u++)
              if (u * u == 4 || v * v == 4) ring += planes[(y + v) * width + x + u];
          blurred[y * width + x] = isInner ? (uint8_t)((ring + 8) / 16) : planes[y * width + x];
        }
      }
      EACH_LEVEL(level) {
        EXPECT(sluice_pillow_luma_sum(planes, n) == sum, "luma of %ld", n);
        uint8_t *own = copied_bytes(planes, 3 * n), *sharp = copied_bytes(planes, (long)width * height);
        sluice_pillow_blend_luma(own, n, strengths[s]);
        sluice_pillow_blend_soft(sharp, width, height, strengths[s], bytes((long)width * height));
        uint8_t *blur = copied_bytes(planes, (long)width * height);
        sluice_pillow_blur(blur, width, height, bytes((long)width * height));
        EXPECT(memcmp(blur, blurred, (size_t)(width * height)) == 0, "blur of %d by %d", width, height);
        if (!wanted) wanted = own, soft = sharp;
        EXPECT(memcmp(own, wanted, (size_t)(3 * n)) == 0, "luma %g of %ld", (double)strengths[s], n);
        EXPECT(memcmp(sharp, soft, (size_t)(width * height)) == 0, "sharpness %g of %ld", (double)strengths[s], n);
      }
    }
    release();
  }
}

static double cubic(const double v[4], double d) {
  return v[1] + d * (-v[0] + v[2] + d * (2 * (v[0] - v[1]) + v[2] - v[3] + d * (-v[0] + v[1] - v[2] + v[3])));
}

static int inside(long i, int count) { return (int)(i < 0 ? 0 : i >= count ? count - 1 : i); }

static uint8_t moved(const uint8_t *plane, int width, int height, const sluice_affine *m, int x, int y) {
  double column = m->a * (x + 0.5) + m->b * (y + 0.5) + m->c, row = m->d * (x + 0.5) + m->e * (y + 0.5) + m->f;
  if (!(column >= 0 && column < width && row >= 0 && row < height)) return 99;
  long left = (long)floor(column - 0.5), top = (long)floor(row - 0.5);
  double rows[4], values[4];
  for (int r = 0; r < 4; r++) {
    for (int c = 0; c < 4; c++) values[c] = plane[inside(top - 1 + r, height) * width + inside(left - 1 + c, width)];
    rows[r] = cubic(values, column - 0.5 - (double)left);
  }
  double value = cubic(rows, row - 0.5 - (double)top);
  return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

static void affine(void) {
  for (int round = 0; round < 120; round++) {
    int width = (int)draw(1, 80), height = (int)draw(1, 12);
    double by = (double)draw(-100, 100) / 77;
    sluice_affine map = {1, 0, 0, 0, 1, 0};
    switch (round % 8) {
      case 0: map.b = by; break;
      case 1: map.d = by; break;
      case 2: map.c = by * 9; break;
      case 3: map.f = by * 9; break;
      case 4: map = (sluice_affine){cos(by), sin(by), by, -sin(by), cos(by), -by}; break;
      case 5: map.a = 1e300; break;
      case 6: map.f = NAN; break;
      default: map.c = -INFINITY;
    }
    uint8_t *plane = noise((long)width * height);
    EACH_LEVEL(level) {
      uint8_t *out = bytes((long)width * height);
      sluice_affine_cubic(plane, width, height, &map, 99, out, bytes((long)sluice_affine_scratch(width, height)));
      for (int i = 0; i < width * height; i++)
        EXPECT(out[i] == moved(plane, width, height, &map, i % width, i / width), "%d of %d x %d", i, width, height);
    }
    release();
  }
}

static void normal_numbers(void) {
  float *longest = NULL;
  for (int i = length_count - 1; i >= 0; i--) {
    long n = lengths[i];
    EACH_LEVEL(level) {
      float *own = floats(n);
      sluice_normal_noise(0x0123456789ABCDEFu, n, own);
      if (!longest) longest = own;
      EXPECT(same(own, longest, n), "%ld", n);
      for (long x = 0; x < n; x++) EXPECT(fabsf(own[x]) < 5.8f, "%g", (double)own[x]);
    }
  }
  release();
}

void check_libraries(void) {
  whole_numbers();
  blends();
  affine();
  normal_numbers();
}
