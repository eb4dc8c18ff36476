// Attention of one head over few tokens, forward and back, against loops, on each level.
#include "checks.h"

// Rows of a head in wider rows, and what they are.
typedef struct {
  void *start;
  float *numbers;
} rows;

static rows drawn(bool is_bfloat16, long count, long width, long stride) {
  long size = (count - 1) * stride + width;
  rows all = {.numbers = numbers(size)};
  all.start = all.numbers;
  if (!is_bfloat16) return all;
  all.start = shorts(size);
  sluice_narrow(all.numbers, all.start, size);
  for (long i = 0; i < size; i++) all.numbers[i] = widened(((unsigned short *)all.start)[i]);
  return all;
}

static sluice_head_rows room(bool is_bfloat16, long count, long width, long stride) {
  long size = (count - 1) * stride + width;
  return (sluice_head_rows){is_bfloat16 ? (void *)shorts(size) : floats(size), stride};
}

static bool is_near(bool is_bfloat16, sluice_head_rows found, const double *wanted, long count, long width) {
  float *line = floats(count * width);
  for (long r = 0; r < count; r++)
    for (long c = 0; c < width; c++) {
      long at = r * found.stride + c;
      line[r * width + c] = is_bfloat16 ? widened(((unsigned short *)found.start)[at]) : ((float *)found.start)[at];
    }
  return near(line, wanted, count * width, is_bfloat16 ? 0.005 : 1e-5, 1);
}

static double product(const float *a, const float *b, long width) {
  double sum = 0;
  for (long c = 0; c < width; c++) sum += (double)a[c] * b[c];
  return sum;
}

static void attention(bool is_bfloat16, long queries, long keys, long width) {
  long stride = width + draw(0, 9);
  rows q = drawn(is_bfloat16, queries, width, stride), k = drawn(is_bfloat16, keys, width, stride);
  rows v = drawn(is_bfloat16, keys, width, stride), upper = drawn(is_bfloat16, queries, width, stride);
  sluice_short_head head = {is_bfloat16, q.start, k.start, v.start, stride, stride, stride, queries, keys, width, 0.3f};
  double *result = doubles(queries * width), *dq = doubles(queries * width), *sums = doubles(queries);
  double *dk = doubles(keys * width), *dv = doubles(keys * width), *shares = doubles(keys), *slopes = doubles(keys);
  for (long r = 0; r < queries; r++) {
    double mean = 0;
    for (long i = 0; i < keys; i++) {
      shares[i] = exp(0.3f * product(q.numbers + r * stride, k.numbers + i * stride, width));
      slopes[i] = product(upper.numbers + r * stride, v.numbers + i * stride, width);
      sums[r] += shares[i];
    }
    for (long i = 0; i < keys; i++) mean += (shares[i] /= sums[r]) * slopes[i];
    for (long i = 0; i < keys; i++)
      for (long c = 0; c < width; c++) {
        double slope = 0.3f * shares[i] * (slopes[i] - mean);
        result[r * width + c] += shares[i] * v.numbers[i * stride + c];
        dv[i * width + c] += shares[i] * upper.numbers[r * stride + c];
        dq[r * width + c] += slope * k.numbers[i * stride + c];
        dk[i * width + c] += slope * q.numbers[r * stride + c];
      }
    sums[r] = log(sums[r]);
  }
  EACH_LEVEL(level) {
    sluice_head_rows to = room(is_bfloat16, queries, width, stride), to_q = room(is_bfloat16, queries, width, stride);
    sluice_head_rows to_k = room(is_bfloat16, keys, width, stride), to_v = room(is_bfloat16, keys, width, stride);
    float *lse = floats(queries);
    sluice_short_attention(&head, to.start, to.stride, lse);
    EXPECT(is_near(is_bfloat16, to, result, queries, width), "%ld x %ld x %ld", queries, keys, width);
    EXPECT(near(lse, sums, queries, 1e-5, 1), "logarithms of %ld x %ld x %ld", queries, keys, width);
    sluice_short_attention_backward(&head, (sluice_head_rows){upper.start, stride}, lse, to_q, to_k, to_v);
    EXPECT(is_near(is_bfloat16, to_q, dq, queries, width), "queries of %ld x %ld x %ld", queries, keys, width);
    EXPECT(is_near(is_bfloat16, to_k, dk, keys, width), "keys of %ld x %ld x %ld", queries, keys, width);
    EXPECT(is_near(is_bfloat16, to_v, dv, keys, width), "values of %ld x %ld x %ld", queries, keys, width);
    if (is_bfloat16) continue;
    head.queries = strange((queries - 1) * stride + width);
    sluice_short_attention(&head, to.start, to.stride, lse);
    sluice_short_attention_backward(&head, (sluice_head_rows){upper.start, stride}, lse, to_q, to_k, to_v);
    head.queries = q.start;
  }
}

void check_short_attention(void) {
  static const long sizes[][3] = {{1, 1, 16}, {8, 8, 64}, {5, 16, 48}, {16, 3, 128}, {16, 16, 64}, {7, 9, 96}};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    EXPECT(sluice_attention_is_short(sizes[i][0], sizes[i][1], sizes[i][2]), "%ld queries", sizes[i][0]);
    attention(false, sizes[i][0], sizes[i][1], sizes[i][2]);
    attention(true, sizes[i][0], sizes[i][1], sizes[i][2]);
    release();
  }
  EXPECT(!sluice_attention_is_short(17, 8, 64) && !sluice_attention_is_short(8, 17, 64), "too many");
  EXPECT(!sluice_attention_is_short(8, 8, 40) && !sluice_attention_is_short(8, 8, 144), "odd widths");
}
