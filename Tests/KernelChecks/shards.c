// The filter of frame shards, its packing and its checksums: exact in every variant, on hostile streams too.
#include "checks.h"

enum { slack = SLUICE_SHARD_SLACK };

static void filtering(void) {
  for (int round = 0; round < 200; round++) {
    int width = (int)draw(1, 150), height = (int)draw(0, 9), left_out = round % 4;
    ptrdiff_t stride = width + draw(0, 5);
    long size = (long)width * height, span = height > 0 ? (height - 1) * stride + width : 0;
    uint8_t *plane = noise(span), limits[3] = {(uint8_t)draw(0, 30), (uint8_t)draw(30, 60), (uint8_t)draw(60, 255)};
    for (long i = 0; i < span && round % 2; i++) plane[i] = (uint8_t)(100 + plane[i] % 9);
    uint8_t *residuals = bytes(size + slack), *wanted[4] = {NULL};
    long counts[4] = {0};
    sluice_shard_residuals(plane, stride, width, height, left_out, residuals);
    EACH_LEVEL(level) {
      uint8_t *starts[4], *streams[4];
      for (int k = 0; k < 4; k++) streams[k] = starts[k] = bytes(size + slack);
      sluice_shard_split(residuals, width, height, limits, streams);
      const uint8_t *from[4], *ends[4];
      for (int k = 0; k < 4; k++) {
        long count = streams[k] - starts[k];
        if (!wanted[k]) wanted[k] = starts[k], counts[k] = count;
        EXPECT(count == counts[k] && memcmp(starts[k], wanted[k], (size_t)count) == 0, "%d x %d", width, height);
        // Streams without what the split may have written behind them.
        uint8_t *own = bytes(count + width + slack);
        memcpy(own, starts[k], (size_t)count);
        from[k] = own;
        ends[k] = own + count;
      }
      uint8_t *back = bytes(span);
      EXPECT(sluice_shard_join(from, ends, limits, left_out, back, stride, width, height) == 0, "join");
      for (int y = 0; y < height; y++)
        EXPECT(memcmp(back + y * stride, plane + y * stride, (size_t)width) == 0, "%d x %d", width, height);
      // A residual less, and limits that are none of this picture's.
      for (int k = 0; k < 4; k++) from[k] = ends[k] - counts[k] + (counts[k] > 0);
      EXPECT(size == 0 || sluice_shard_join(from, ends, limits, left_out, back, stride, width, height) == -1, "short");
      for (int k = 0; k < 4; k++) from[k] = ends[k] - counts[k];
      sluice_shard_join(from, ends, (uint8_t[]){9, 3, 200}, left_out, back, stride, width, height);
    }
    uint32_t activities[256] = {0}, sum = 0;
    sluice_shard_activities(residuals, width, height, activities);
    for (int i = 0; i < 256; i++) sum += activities[i];
    EXPECT(sum == (uint32_t)(width * ((height + 7) / 8)), "%u activities", sum);
    release();
  }
}

static void packing(void) {
  for (int i = 0; i < length_count; i++) {
    for (int round = 0; round < 8; round++) {
      long n = lengths[i], half = (n + 1) / 2;
      uint8_t *residuals = noise(n), *wanted = NULL, *wanted_escapes = NULL;
      if (round % 2)
        for (long x = 0; x < n; x++) residuals[x] = residuals[x] % 9 ? (uint8_t)(residuals[x] % 15 - 7) : residuals[x];
      size_t small = 0;
      for (long x = 0; x < n; x++) small += (int8_t)residuals[x] >= -7 && (int8_t)residuals[x] <= 7;
      EACH_LEVEL(level) {
        EXPECT(sluice_shard_count_small(residuals, (size_t)n) == small, "%ld", n);
        uint8_t *packed = bytes(half + slack), *escapes = bytes(n + slack), *end = escapes;
        sluice_shard_pack(residuals, (size_t)n, packed, &end);
        EXPECT(end - escapes == n - (long)small, "%ld", n);
        if (!wanted) wanted = packed, wanted_escapes = escapes;
        EXPECT(memcmp(packed, wanted, (size_t)half) == 0, "packed %ld", n);
        EXPECT(memcmp(escapes, wanted_escapes, (size_t)(end - escapes)) == 0, "escapes of %ld", n);
        uint8_t *back = bytes(n + slack);
        const uint8_t *place = escapes;
        EXPECT(sluice_shard_unpack(packed, (size_t)n, back, &place, end) == 0 && place == end, "%ld", n);
        EXPECT(memcmp(back, residuals, (size_t)n) == 0, "unpacked %ld", n);
        if (end == escapes) continue;
        place = escapes;
        EXPECT(sluice_shard_unpack(packed, (size_t)n, back, &place, end - 1) == -1, "short %ld", n);
      }
      release();
    }
  }
}

static void sums(void) {
  for (long n = 0; n < 300; n++) {
    uint8_t *data = noise(n);
    uint32_t crc = 0xFFFFFFFF;
    for (long i = 0; i < n; i++) {
      crc ^= data[i];
      for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320U : 0);
    }
    long cut = draw(0, n);
    EACH_LEVEL(level) {
      uint32_t first = sluice_crc32(0, data, (size_t)cut);
      EXPECT(sluice_crc32(first, data + cut, (size_t)(n - cut)) == ~crc, "%ld cut at %ld", n, cut);
    }
    long from = draw(0, n), place = sluice_find(data, (size_t)n, data + from, (size_t)(n - from));
    EXPECT(place >= 0 && place <= from, "found at %ld, is at %ld", place, from);
    EXPECT(sluice_find(data, (size_t)n, noise(n + 1), (size_t)n + 1) == -1, "a pattern longer than %ld", n);
    release();
  }
}

static void samples(void) {
  for (int i = 0; i < length_count; i++) {
    long n = lengths[i];
    uint8_t *rgb = noise(3 * n), *red = bytes(n), *green = bytes(n), *blue = bytes(n), *back = bytes(3 * n);
    sluice_shard_rgb_apart(rgb, (size_t)n, green, red, blue);
    sluice_shard_rgb_together(green, red, blue, (size_t)n, back);
    EXPECT(memcmp(back, rgb, (size_t)(3 * n)) == 0, "%ld", n);
    for (int step = 2; step <= 128; step += 3) {
      sluice_shard_quantize(rgb, (size_t)n, step, green);
      bool equal = true;
      for (long x = 0; x < n; x++) {
        int level = (rgb[x] + step / 2) / step;
        equal &= green[x] == (level < 255 / step ? level : 255 / step);
      }
      EXPECT(equal, "%ld by %d", n, step);
      sluice_shard_rescale(green, (size_t)n, step);
    }
    release();
  }
}

void check_shards(void) {
  filtering();
  packing();
  sums();
  samples();
}
