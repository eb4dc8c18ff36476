// Convolution and pooling over small windows against plain loops over all places.
#include "checks.h"

static long places(const long size[3]) { return size[0] * size[1] * size[2]; }

static sluice_window window_of(void) {
  sluice_window w;
  for (int axis = 0; axis < 3; axis++) {
    w.size[axis] = draw(1, 7);
    w.kernel[axis] = draw(1, 4);
    // No window lies outside altogether.
    w.padding[axis] = draw(0, w.kernel[axis] - 1);
    if (w.kernel[axis] > w.size[axis] + w.padding[axis]) w.kernel[axis] = w.size[axis] + w.padding[axis];
    w.stride[axis] = draw(1, 3);
    w.result[axis] = (w.size[axis] + 2 * w.padding[axis] - w.kernel[axis]) / w.stride[axis] + 1;
    while ((w.result[axis] - 1) * w.stride[axis] >= w.size[axis] + w.padding[axis]) w.result[axis]--;
  }
  return w;
}

// The input row that output row `row` sees at `place` of the kernel, or -1.
static long seen(const sluice_window *w, long row, long place) {
  long at[3] = {row / w->result[2] / w->result[1], row / w->result[2] % w->result[1], row % w->result[2]};
  long of[3] = {place / w->kernel[2] / w->kernel[1], place / w->kernel[2] % w->kernel[1], place % w->kernel[2]};
  long found = 0;
  for (int axis = 0; axis < 3; axis++) {
    long x = at[axis] * w->stride[axis] - w->padding[axis] + of[axis];
    if (x < 0 || x >= w->size[axis]) return -1;
    found = found * w->size[axis] + x;
  }
  return found;
}

// Numbers as they are stored, and what they are.
static void *stored(float *x, long count, bool is_bfloat16) {
  if (!is_bfloat16) return x;
  unsigned short *narrow = shorts(count);
  sluice_narrow(x, narrow, count);
  for (long i = 0; i < count; i++) x[i] = widened(narrow[i]);
  return narrow;
}

static const float *loaded(const void *y, long count, bool is_bfloat16) {
  if (!is_bfloat16) return y;
  float *wide = floats(count);
  sluice_widen(y, wide, count);
  return wide;
}

static void depthwise(bool is_bfloat16) {
  static const long heads[] = {1, 5, 16, 31, 32, 33, 48, 70};
  sluice_window w = window_of();
  long head = heads[draw(0, 7)], channels = head * draw(1, 3);
  long in = places(w.size), out = places(w.result), k = places(w.kernel);
  float *x = numbers(in * channels), *dy = numbers(out * channels), *weight = numbers(k * head);
  void *own_x = stored(x, in * channels, is_bfloat16), *own_dy = stored(dy, out * channels, is_bfloat16);
  double *y = doubles(out * channels), *dx = doubles(in * channels), *dweight = doubles(k * head);
  for (long row = 0; row < out; row++)
    for (long place = 0; place < k; place++)
      for (long c = 0, from = seen(&w, row, place); from >= 0 && c < channels; c++) {
        y[row * channels + c] += (double)x[from * channels + c] * weight[place * head + c % head];
        dx[from * channels + c] += (double)dy[row * channels + c] * weight[place * head + c % head];
        dweight[place * head + c % head] += (double)dy[row * channels + c] * x[from * channels + c];
      }
  double limit = is_bfloat16 ? 0.005 : 1e-5;
  long size = is_bfloat16 ? 2 : 4, cut = draw(0, out), part = draw(0, in);
  EACH_LEVEL(level) {
    void *found = is_bfloat16 ? (void *)shorts(out * channels) : floats(out * channels);
    void *slopes = is_bfloat16 ? (void *)shorts(in * channels) : floats(in * channels);
    float *sums = floats(k * head);
    memset(sums, 0, (size_t)(k * head * 4));
    memset(found, 0, (size_t)(out * channels * size));
    sluice_depthwise(&w, is_bfloat16, own_x, weight, found, channels, head, 0, cut);
    sluice_depthwise(&w, is_bfloat16, own_x, weight, found, channels, head, cut, out);
    EXPECT(near(loaded(found, out * channels, is_bfloat16), y, out * channels, limit, 1), "%ld channels", channels);
    sluice_depthwise_input(&w, is_bfloat16, own_dy, weight, slopes, channels, head, 0, part);
    sluice_depthwise_input(&w, is_bfloat16, own_dy, weight, slopes, channels, head, part, in);
    EXPECT(near(loaded(slopes, in * channels, is_bfloat16), dx, in * channels, limit, 1), "input of %ld channels", channels);
    sluice_depthwise_weight(&w, is_bfloat16, own_x, own_dy, sums, channels, head, 0, cut);
    sluice_depthwise_weight(&w, is_bfloat16, own_x, own_dy, sums, channels, head, cut, out);
    EXPECT(near(sums, dweight, k * head, 1e-5, 1), "weights of %ld channels", channels);
    if (!is_bfloat16) sluice_depthwise(&w, is_bfloat16, strange(in * channels), weight, found, channels, head, 0, out);
  }
}

static void pooling(void) {
  sluice_window w = window_of();
  long channels = lengths[draw(1, 14)], in = places(w.size), out = places(w.result), k = places(w.kernel);
  float *x = numbers(in * channels), *dy = numbers(out * channels), *odd = strange(in * channels);
  float *wanted = floats(out * channels);
  double *slopes = doubles(in * channels);
  for (long row = 0; row < out; row++) {
    for (long c = 0; c < channels; c++) {
      long best = -1;
      for (long place = 0; place < k; place++) {
        long from = seen(&w, row, place);
        if (from >= 0 && (best < 0 || x[from * channels + c] > x[best * channels + c])) best = from;
      }
      wanted[row * channels + c] = x[best * channels + c];
      slopes[best * channels + c] += dy[row * channels + c];
    }
  }
  EACH_LEVEL(level) {
    float *y = floats(out * channels), *dx = floats(in * channels);
    uint8_t *which = bytes(out * channels);
    sluice_max_pool(&w, x, y, which, channels, 0, out);
    EXPECT(same(y, wanted, out * channels), "%ld channels", channels);
    sluice_max_pool_input(&w, dy, which, dx, channels, 0, in);
    EXPECT(near(dx, slopes, in * channels, 1e-5, 1), "input of %ld channels", channels);
    sluice_max_pool(&w, odd, y, which, channels, 0, out);
    for (long i = 0; i < out * channels; i++) EXPECT(which[i] < k, "place %d of %ld", which[i], k);
  }
}

static void folding(bool is_bfloat16) {
  sluice_window w = window_of();
  if (draw(0, 3) == 0) w.kernel[2] = w.stride[2] = 16, w.size[2] = 48, w.result[2] = 3, w.padding[2] = 0;
  long planes = draw(1, 3), in = places(w.size), k = places(w.kernel), wide = w.kernel[2];
  long lines = w.result[0] * w.result[1], from = draw(0, lines), first = from * w.result[2];
  long runs = planes * k / wide, first_run = draw(0, runs - 1), last_run = draw(first_run + 1, runs);
  long count = lines * w.result[2] - first, part = (last_run - first_run) * wide;
  float *x = numbers(planes * in), *rows = numbers(count * planes * k), *sums = floats(planes * in);
  void *own_x = stored(x, planes * in, is_bfloat16);
  double *wanted = doubles(planes * in);
  EACH_LEVEL(level) {
    void *found = is_bfloat16 ? (void *)shorts(count * part) : floats(count * part);
    void *room = aligned(sluice_unfold_room(&w, is_bfloat16, last_run - first_run));
    sluice_unfold(&w, is_bfloat16, own_x, found, first_run, last_run, from, lines, room);
    const float *numbers = loaded(found, count * part, is_bfloat16);
    bool equal = true;
    for (long row = 0; row < count; row++)
      for (long i = 0; i < part; i++) {
        long place = first_run * wide + i, at = seen(&w, first + row, place % k);
        equal &= numbers[row * part + i] == (at < 0 ? 0 : x[place / k * in + at]);
      }
    EXPECT(equal, "unfold %ld of %ld planes, runs %ld to %ld", count, planes, first_run, last_run);
  }
  for (long row = 0; row < count; row++)
    for (long i = 0; i < planes * k; i++) {
      long at = seen(&w, first + row, i % k);
      if (at >= 0) wanted[i / k * in + at] += rows[row * planes * k + i];
    }
  memset(sums, 0, (size_t)(planes * in) * 4);
  sluice_fold(&w, rows, sums, planes, from, lines);
  EXPECT(near(sums, wanted, planes * in, 1e-5, 1), "fold %ld of %ld planes", count, planes);
}

static void convolution(void) {
  sluice_window w = window_of();
  if (draw(0, 3) == 0) w.size[2] = 40, w.result[2] = (40 + 2 * w.padding[2] - w.kernel[2]) / w.stride[2] + 1;
  long planes = draw(1, 3), in = places(w.size), k = places(w.kernel), outputs = draw(1, 70);
  long lines = w.result[0] * w.result[1], across = w.result[2], cut = draw(0, lines);
  float *x = numbers(planes * in), *weight = numbers(outputs * planes * k), *bias = draw(0, 1) ? numbers(outputs) : NULL;
  double *wanted = doubles(lines * across * outputs);
  for (long row = 0; row < lines * across; row++)
    for (long o = 0; o < outputs; o++) {
      double sum = bias ? bias[o] : 0;
      for (long place = 0; place < planes * k; place++) {
        long at = seen(&w, row, place % k);
        if (at >= 0) sum += (double)x[place / k * in + at] * weight[o * planes * k + place];
      }
      wanted[row * outputs + o] = sum;
    }
  EACH_LEVEL(level) {
    if (!sluice_convolves(&w)) continue;
    float *packed = floats(sluice_convolve_packed_count(&w, planes, outputs)), *y = floats(lines * across * outputs);
    void *room = aligned(sluice_convolve_room(&w, planes));
    sluice_convolve_pack(&w, weight, bias, planes, outputs, packed);
    sluice_convolve(&w, x, packed, y, planes, outputs, 0, cut, room);
    sluice_convolve(&w, x, packed, y + cut * across * outputs, planes, outputs, cut, lines, room);
    EXPECT(near(y, wanted, lines * across * outputs, 1e-5, 1), "%ld outputs of %ld planes", outputs, planes);
  }
}

void check_windows(void) {
  for (int round = 0; round < 150; round++) {
    depthwise(round % 2);
    pooling();
    folding(round % 2);
    convolution();
    release();
  }
}
