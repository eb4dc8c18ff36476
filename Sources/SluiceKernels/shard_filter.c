#include "shard_filter.h"

#include <stdlib.h>

void sluice_shard_residuals(
    const uint8_t *plane, ptrdiff_t stride, int width, int height, int left_out, uint8_t *residuals) {
  int takes_left = !(left_out & SLUICE_SHARD_NOT_LEFT), takes_above = !(left_out & SLUICE_SHARD_NOT_ABOVE);
  for (int y = 0; y < height; y++) {
    const uint8_t *row = plane + y * stride, *up = row - stride;
    uint8_t *out = residuals + (size_t)y * (size_t)width;
    if (y == 0 || !takes_above) {
      memcpy(out, row, (size_t)width);
      if (takes_left)
        for (int x = 1; x < width; x++) out[x] = (uint8_t)(row[x] - row[x - 1]);
    } else {
      out[0] = (uint8_t)(row[0] - up[0]);
      if (takes_left)
        for (int x = 1; x < width; x++) out[x] = (uint8_t)(row[x] - row[x - 1] - up[x] + up[x - 1]);
      else
        for (int x = 1; x < width; x++) out[x] = (uint8_t)(row[x] - up[x]);
    }
  }
}

void sluice_shard_activities(const uint8_t *residuals, int width, int height, uint32_t counts[256]) {
  for (int y = 0; y < height; y += 8) {
    const uint8_t *row = residuals + (size_t)y * (size_t)width;
    int sum = 0;
    for (int x = 0; x < 2 && x < width; x++) sum += sluice_magnitude(row[x]);
    for (int x = 0; x < width; x++) {
      if (x + 2 < width) sum += sluice_magnitude(row[x + 2]);
      if (x >= 3) sum -= sluice_magnitude(row[x - 3]);
      counts[sum < 255 ? sum : 255]++;
    }
  }
}

void sluice_split_row_portable(
    const uint8_t *residuals, int width, const uint8_t limits[3], const uint8_t *above, uint8_t *own,
    uint8_t *streams[4]) {
  for (int x = 0; x < width; x++) {
    int activity = sluice_activity(above, x);
    int class = (activity > limits[0]) + (activity > limits[1]) + (activity > limits[2]);
    *streams[class]++ = residuals[x];
    own[x] = sluice_magnitude(residuals[x]);
  }
}

void sluice_join_row_portable(
    const uint8_t *streams[4], int width, const uint8_t limits[3], int sums, const uint8_t *above, uint8_t *own,
    const uint8_t *up, uint8_t *row) {
  uint8_t sum = 0;
  for (int x = 0; x < width; x++) {
    int activity = sluice_activity(above, x);
    int class = (activity > limits[0]) + (activity > limits[1]) + (activity > limits[2]);
    uint8_t residual = *streams[class]++;
    own[x] = sluice_magnitude(residual);
    sum = sums ? (uint8_t)(sum + residual) : residual;
    row[x] = (uint8_t)(sum + up[x]);
  }
}

// The variants expand and compress bytes; AVX-512 can do that since VBMI2.
int sluice_shard_level(void) {
  int level = sluice_cpu_level();
#if defined(__x86_64__)
  if (level == SLUICE_CPU_AVX512 &&
      (!__builtin_cpu_supports("avx512vbmi2") || !__builtin_cpu_supports("avx512vbmi")))
    return SLUICE_CPU_AVX2;
#endif
  return level;
}

static sluice_split_row *split_row(void) {
  switch (sluice_shard_level()) {
#if defined(__x86_64__)
  case SLUICE_CPU_AVX512: return sluice_split_row_avx512;
  case SLUICE_CPU_AVX2: return sluice_split_row_avx2;
#endif
  default: return sluice_split_row_portable;
  }
}

static sluice_join_row *join_row(void) {
  switch (sluice_shard_level()) {
#if defined(__x86_64__)
  case SLUICE_CPU_AVX512: return sluice_join_row_avx512;
  case SLUICE_CPU_AVX2: return sluice_join_row_avx2;
#endif
  default: return sluice_join_row_portable;
  }
}

// Two rows of magnitudes with their margins, and a row of zeros in the place of the one above the first.
typedef struct {
  uint8_t *memory, *above, *own, *zeros;
} Rows;

static int make_rows(Rows *rows, int width) {
  size_t size = 64 + (size_t)width + SLUICE_SHARD_SLACK;
  rows->memory = calloc(3, size);
  if (rows->memory == NULL) return -1;
  rows->above = rows->memory + 64;
  rows->own = rows->above + size;
  rows->zeros = rows->own + size;
  return 0;
}

// The row just done becomes the one above.
static void turn(Rows *rows, int width) {
  memset(rows->own + width, 0, SLUICE_SHARD_SLACK);
  uint8_t *above = rows->above;
  rows->above = rows->own;
  rows->own = above;
}

void sluice_shard_split(const uint8_t *residuals, int width, int height, const uint8_t limits[3], uint8_t *streams[4]) {
  Rows rows;
  sluice_split_row *row = split_row();
  if (make_rows(&rows, width) != 0) abort();  // three rows: as good as no memory at all
  for (int y = 0; y < height; y++) {
    row(residuals + (size_t)y * (size_t)width, width, limits, rows.above, rows.own, streams);
    turn(&rows, width);
  }
  free(rows.memory);
}

int sluice_shard_join(
    const uint8_t *streams[4], const uint8_t *const ends[4], const uint8_t limits[3], int left_out, uint8_t *plane,
    ptrdiff_t stride, int width, int height) {
  Rows rows;
  sluice_join_row *row = join_row();
  if (make_rows(&rows, width) != 0) return -1;
  int result = 0;
  const uint8_t *up = rows.zeros;
  for (int y = 0; y < height && result == 0; y++) {
    row(streams, width, limits, !(left_out & SLUICE_SHARD_NOT_LEFT), rows.above, rows.own, up, plane);
    for (int class = 0; class < 4; class++)
      if (streams[class] > ends[class]) result = -1;
    turn(&rows, width);
    if (!(left_out & SLUICE_SHARD_NOT_ABOVE)) up = plane;
    plane += stride;
  }
  free(rows.memory);
  return result;
}

void sluice_shard_quantize(const uint8_t *samples, size_t count, int step, uint8_t *levels) {
  // Division by multiplication, exact here: (value + step / 2) * (inverse * step - 65536) < 65536 for steps up to 128.
  uint16_t inverse = (uint16_t)((65535 + step) / step), half = (uint16_t)(step / 2), most = (uint16_t)(255 / step);
  for (size_t i = 0; i < count; i++) {
    uint16_t level = (uint16_t)((uint32_t)(uint16_t)(samples[i] + half) * inverse >> 16);
    levels[i] = (uint8_t)(level < most ? level : most);
  }
}

void sluice_shard_rescale(uint8_t *samples, size_t count, int step) {
  for (size_t i = 0; i < count; i++) samples[i] = (uint8_t)(samples[i] * step);
}

void sluice_shard_rgb_apart(const uint8_t *rgb, size_t pixels, uint8_t *green, uint8_t *red, uint8_t *blue) {
  for (size_t i = 0; i < pixels; i++) {
    uint8_t middle = rgb[3 * i + 1];
    green[i] = middle;
    red[i] = (uint8_t)(rgb[3 * i] - middle);
    blue[i] = (uint8_t)(rgb[3 * i + 2] - middle);
  }
}

void sluice_shard_rgb_together(
    const uint8_t *green, const uint8_t *red, const uint8_t *blue, size_t pixels, uint8_t *rgb) {
  for (size_t i = 0; i < pixels; i++) {
    rgb[3 * i] = (uint8_t)(red[i] + green[i]);
    rgb[3 * i + 1] = green[i];
    rgb[3 * i + 2] = (uint8_t)(blue[i] + green[i]);
  }
}
