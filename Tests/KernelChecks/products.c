// Numbers, products and attention in bfloat16, on each level that has instructions for them and in loops.
#include <stdlib.h>

#include "checks.h"

// Numbers in -1 ... 1.
static sluice_bfloat *bfloats(long count) {
  sluice_bfloat *to = shorts(count);
  sluice_narrow(numbers(count), to, count);
  return to;
}

static void conversions(void) {
  enum { all = 1 << 16 };
  sluice_bfloat *every = shorts(all), *back = shorts(all);
  for (int i = 0; i < all; i++) every[i] = (sluice_bfloat)i;
  EACH_LEVEL(level) {
    float *wide = floats(all);
    sluice_widen(every, wide, all);
    sluice_narrow(wide, back, all);
    bool equal = true;
    for (int i = 0; i < all; i++) {
      float value = widened(every[i]);
      equal &= memcmp(wide + i, &value, 4) == 0 && (isnan(value) ? isnan(widened(back[i])) : back[i] == every[i]);
    }
    EXPECT(equal, "all numbers");
  }
  release();
  for (int i = 0; i < length_count; i++) {
    long n = lengths[i];
    sluice_bfloat *x = bfloats(n), *y = bfloats(n), *odd = shorts(n);
    float *single = numbers(n), *wanted = floats(n), *sums = floats(n);
    sluice_narrow(strange(n), odd, n);
    for (long c = 0; c < n; c++) wanted[c] = single[c] + widened(y[c]), sums[c] = widened(x[c]) + widened(y[c]);
    EACH_LEVEL(level) {
      float *z = floats(n);
      sluice_add_bfloat(single, y, z, n);
      EXPECT(same(z, wanted, n), "%ld", n);
      sluice_add_bfloats(x, y, z, n);
      EXPECT(same(z, sums, n), "%ld", n);
    }
    for (int level = SLUICE_BFLOAT_LOOPS; level <= SLUICE_BFLOAT_AMX; level++) {
      if (sluice_bfloat_cap_thread(level) != level) continue;
      for (int kind = SLUICE_GELU; kind <= SLUICE_RELU; kind++) {
        sluice_bfloat *out = shorts(n), *dx = copied_shorts(y, n);
        float *single_x = floats(n), *single_y = floats(n), *slopes = floats(n);
        sluice_widen(x, single_x, n);
        sluice_widen(y, slopes, n);
        sluice_activate(kind, single_x, single_y, n);
        sluice_activate_backward(kind, single_x, slopes, slopes, n);
        sluice_activate_bfloat(kind, x, out, n);
        sluice_activate_bfloat_backward(kind, x, dx, dx, n);
        for (long c = 0; c < n; c++)
          EXPECT(fabsf(widened(out[c]) - single_y[c]) <= 0.005f && fabsf(widened(dx[c]) - slopes[c]) <= 0.008f,
                 "kind %d, bfloat16 level %d, of %g", kind, level, (double)single_x[c]);
        sluice_activate_bfloat(kind, odd, out, n);
        sluice_activate_bfloat_backward(kind, odd, y, dx, n);
        for (long c = 0; c < n && kind != SLUICE_RELU; c++)
          EXPECT(!isnan(widened(odd[c])) || isnan(widened(out[c])), "kind %d of NaN, bfloat16 level %d", kind, level);
      }
    }
    release();
  }
}

// One operand of a product, lines of memory `stride` numbers apart without any after the last.
static sluice_matrix operand(long rows, long columns, bool is_float, bool is_transposed) {
  long lines = is_transposed ? columns : rows, places = is_transposed ? rows : columns, stride = places + draw(0, 5);
  long count = (lines - 1) * stride + places;
  return (sluice_matrix){is_float ? (void *)numbers(count) : bfloats(count), stride, is_float, is_transposed};
}

static float element(const sluice_matrix *m, long row, long column) {
  long index = m->is_transposed ? column * m->stride + row : row * m->stride + column;
  if (!m->is_float) return widened(((const sluice_bfloat *)m->start)[index]);
  sluice_bfloat narrow;
  sluice_narrow((const float *)m->start + index, &narrow, 1);
  return widened(narrow);
}

static void product(long m, long n, long k, int form) {
  sluice_matrix a = operand(m, k, form & 4, form & 1), b = operand(k, n, form & 8, form & 2);
  long stride = n + draw(0, 3), count = (m - 1) * stride + n;
  bool is_float = draw(0, 1), has_sums = draw(0, 1);
  float *row_scale = draw(0, 1) ? numbers(m) : NULL, *bias = draw(0, 1) ? numbers(n) : NULL, *before = numbers(count);
  sluice_finish finish = {.scale = draw(0, 1) ? 1 : 0.5f, .row_scale = row_scale, .bias = bias, .stride = stride};
  finish.activation = draw(0, 1) ? 0 : SLUICE_RELU;
  finish.is_float = is_float;
  finish.accumulates = is_float && draw(0, 1);
  for (int level = SLUICE_BFLOAT_LOOPS; level <= SLUICE_BFLOAT_AMX; level++) {
    if (sluice_bfloat_cap_thread(level) != level || (level == SLUICE_BFLOAT_LOOPS && m * n * k > 300000)) continue;
    long panels = (n + 31) / 32, cut = draw(0, panels), packed_count = sluice_bfloat_packed_count(k, n);
    sluice_bfloat *packed = shorts(packed_count), *by_rows = shorts(packed_count);
    sluice_bfloat_pack(&b, k, n, 0, cut, packed);
    sluice_bfloat_pack(&b, k, n, cut, panels, packed);
    cut = draw(0, (k - 1) / 32) * 32;
    sluice_bfloat_pack_rows(&b, k, n, 0, cut, by_rows);
    sluice_bfloat_pack_rows(&b, k, n, cut, k, by_rows);
    EXPECT(memcmp(packed, by_rows, (size_t)packed_count * 2) == 0, "packing %ld x %ld", k, n);
    finish.result = is_float ? (void *)copied(before, count) : shorts(count);
    finish.sums = has_sums ? shorts(count) : NULL;
    sluice_bfloat_product(&a, packed, m, n, k, &finish, aligned(sluice_bfloat_scratch_size()));
    double worst = 0;
    for (long row = 0; row < m; row += 1 + m / 30) {
      for (long column = 0; column < n; column += 1 + n / 30) {
        double sum = 0;
        for (long inner = 0; inner < k; inner++) sum += (double)element(&a, row, inner) * element(&b, inner, column);
        sum = sum * finish.scale * (row_scale ? row_scale[row] : 1) + (bias ? bias[column] : 0);
        long place = row * stride + column;
        if (has_sums) worst = fmax(worst, fabs(widened(finish.sums[place]) - sum) - 0.005 * fabs(sum));
        if (finish.activation) sum = fmax(sum, 0);
        double slack = finish.activation || !is_float ? 0.005 * fabs(sum) : 0;
        if (finish.accumulates) sum += before[place];
        float found = is_float ? ((float *)finish.result)[place] : widened(((sluice_bfloat *)finish.result)[place]);
        double apart = fabs(found - sum) - slack;
        worst = isnan(apart) ? INFINITY : fmax(worst, apart);
      }
    }
    EXPECT(worst < 2e-4 * sqrt((double)k), "%ld x %ld x %ld, form %d, bfloat16 level %d: off by %g", m, n, k, form,
           level, worst);
  }
}

// One head of attention, forward and back, against loops.
static void attention(long queries, long keys, long width, bool has_addend) {
  if (sluice_bfloat_cap_thread(SLUICE_BFLOAT_AVX512) != SLUICE_BFLOAT_AVX512 || !sluice_attention_is_fast()) return;
  long stride = width + draw(0, 5), spread = keys + draw(0, 3), padded = (width + 31) / 32 * 32;
  sluice_head head = {.query_stride = stride, .key_stride = stride, .value_stride = stride};
  head.key_count = keys;
  head.width = width;
  const sluice_bfloat *q = head.queries = bfloats((queries - 1) * stride + width);
  const sluice_bfloat *k = head.keys = bfloats((keys - 1) * stride + width);
  const sluice_bfloat *v = head.values = bfloats((keys - 1) * stride + width);
  const sluice_bfloat *upper = bfloats((queries - 1) * stride + width);
  head.scale = 1 / sqrtf((float)width);
  float *add = has_addend ? numbers((queries - 1) * spread + keys) : NULL;
  for (long r = 1; has_addend && r < queries; r += 3)
    for (long c = 0; c < keys; c++) add[r * spread + c] = -INFINITY;
  long tile = sluice_attention_tile(keys), cut = draw(0, queries);
  double *result = doubles(queries * width), *shares = doubles(queries * keys), *slopes = doubles(queries * keys);
  double *dq = doubles(queries * width), *dk = doubles(keys * width), *dv = doubles(keys * width);
  for (long r = 0; r < queries; r++) {
    double sum = 0, inner = 0, *share = shares + r * keys, *slope = slopes + r * keys;
    for (long c = 0; c < keys; c++) {
      double score = 0;
      for (long i = 0; i < width; i++) score += (double)widened(q[r * stride + i]) * widened(k[c * stride + i]);
      sum += share[c] = exp(score * head.scale + (add ? add[r * spread + c] : 0));
    }
    for (long c = 0; c < keys; c++) {
      share[c] = sum > 0 ? share[c] / sum : 0;
      for (long i = 0; i < width; i++) {
        result[r * width + i] += share[c] * widened(v[c * stride + i]);
        dv[c * width + i] += share[c] * widened(upper[r * stride + i]);
        slope[c] += (double)widened(upper[r * stride + i]) * widened(v[c * stride + i]);
      }
      inner += share[c] * slope[c];
    }
    for (long c = 0; c < keys; c++) {
      slope[c] = share[c] * (slope[c] - inner);
      for (long i = 0; i < width; i++) {
        dq[r * width + i] += slope[c] * head.scale * widened(k[c * stride + i]);
        dk[c * width + i] += slope[c] * head.scale * widened(q[r * stride + i]);
      }
    }
  }
  sluice_bfloat *found = shorts((queries - 1) * stride + width), *gradient = shorts((queries - 1) * stride + width);
  float *lse = floats(queries), *bias_gradient = has_addend ? floats(queries * keys) : NULL;
  if (bias_gradient) memset(bias_gradient, 0, (size_t)(queries * keys * 4));
  void *room = aligned(sluice_attention_room(keys, width, false));
  sluice_attention_pack(&head, false, room);
  sluice_attention_forward(&head, (sluice_addend){add, spread}, 0, cut, found, stride, lse, room);
  sluice_attention_forward(
      &head, (sluice_addend){add ? add + cut * spread : NULL, spread}, cut, queries, found, stride, lse, room);
  room = aligned(sluice_attention_room(keys, width, true));
  float *sums = aligned(2 * keys * padded * 4);
  sluice_attention_pack(&head, true, room);
  for (long from = 0; from < queries; from += tile) {
    long to = from + tile < queries ? from + tile : queries;
    sluice_attention_backward(
        &head, (sluice_addend){add ? add + from * spread : NULL, spread}, upper, stride, lse, from, to, gradient,
        stride, sums, from > 0, bias_gradient ? bias_gradient + from * keys : NULL, room);
  }
  sluice_bfloat *key_gradient = shorts((keys - 1) * stride + width);
  sluice_bfloat *value_gradient = shorts((keys - 1) * stride + width);
  sluice_attention_write(sums, keys, width, head.scale, key_gradient, stride);
  sluice_attention_write(sums + keys * padded, keys, width, 1, value_gradient, stride);
  double worst = 0, largest = 1;
  for (long r = 0; r < queries; r++)
    for (long i = 0; i < width; i++) {
      worst = fmax(worst, fabs(widened(found[r * stride + i]) - result[r * width + i]));
      worst = fmax(worst, fabs(widened(gradient[r * stride + i]) - dq[r * width + i]));
    }
  for (long c = 0; c < keys; c++)
    for (long i = 0; i < width; i++) {
      largest = fmax(largest, fmax(fabs(dk[c * width + i]), fabs(dv[c * width + i])));
      worst = fmax(worst, fabs(widened(key_gradient[c * stride + i]) - dk[c * width + i]));
      worst = fmax(worst, fabs(widened(value_gradient[c * stride + i]) - dv[c * width + i]));
    }
  EXPECT(worst < 0.02 * largest, "attention %ld x %ld x %ld: off by %g", queries, keys, width, worst);
  if (bias_gradient) EXPECT(near(bias_gradient, slopes, queries * keys, 0.02, 1), "bias of %ld x %ld", queries, keys);
}

static void softmaxes(long rows, long columns, bool has_bias) {
  long stride = columns + draw(0, 3), wide = columns + draw(0, 40), count = rows * stride;
  float *x = numbers(count), *slopes = numbers(count), *bias = has_bias ? numbers(count) : NULL;
  float scale = has_bias ? 2 : -1.5f;
  double *powers = doubles(columns);
  for (long c = 0; has_bias && rows > 1 && c < columns; c++) bias[stride + c] = -INFINITY;
  EACH_LEVEL(level) {
    float *own = copied(x, count), *inverses = floats(rows), *lse = floats(rows), *dy = copied(slopes, count);
    sluice_bfloat *shares = shorts(rows * wide), *again = shorts(rows * wide), *gradients = shorts(rows * wide);
    float *total = floats(rows * columns);
    memset(total, 0, (size_t)(rows * columns * 4));
    sluice_softmax_bfloat(own, stride, bias, stride, scale, shares, wide, inverses, lse, rows, columns);
    own = copied(x, count);
    sluice_softmax_bfloat_backward(
        own, dy, stride, bias, stride, scale, lse, again, gradients, wide, has_bias ? total : NULL, rows, columns);
    for (long r = 0; r < rows; r++) {
      double sum = 0, inner = 0;
      for (long c = 0; c < columns; c++)
        sum += powers[c] = exp((double)scale * x[r * stride + c] + (bias ? bias[r * stride + c] : 0));
      for (long c = 0; c < columns && sum > 0; c++) inner += powers[c] / sum * slopes[r * stride + c];
      for (long c = 0; c < wide; c++) {
        double share = c >= columns || sum == 0 ? 0 : powers[c] / sum;
        double slope = c >= columns ? 0 : share * (slopes[r * stride + c] - inner);
        EXPECT(fabs(widened(shares[r * wide + c]) * inverses[r] - share) < 0.006 * (0.01 + share), "share %g", share);
        EXPECT(fabs(widened(again[r * wide + c]) - share) < 0.006 * (0.01 + share), "share again %g", share);
        EXPECT(fabs(widened(gradients[r * wide + c]) - slope) < 0.006 * (0.01 + fabs(slope)), "slope %g", slope);
        if (has_bias && c < columns) EXPECT(fabs(total[r * columns + c] - slope) < 1e-5, "slope of bias %g", slope);
      }
    }
    sluice_softmax_bfloat(strange(count), stride, bias, stride, scale, shares, wide, inverses, lse, rows, columns);
    sluice_softmax_bfloat_backward(
        strange(count), dy, stride, bias, stride, scale, lse, again, gradients, wide, NULL, rows, columns);
  }
}

void check_products(void) {
  static const long sizes[][3] = {{1, 1, 1},      {8, 8, 64},     {33, 45, 70},   {17, 31, 33},  {29, 64, 31},
                                  {300, 40, 1100}, {257, 1030, 30}, {15, 33, 3300}, {1800, 33, 40}, {470, 96, 70},
                                  {30, 64, 3300},  {470, 96, 1700},  {520, 544, 33}};
  conversions();
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
    for (int form = 0; form < 16; form++) {
      product(sizes[i][0], sizes[i][1], sizes[i][2], form);
      release();
    }
  static const long heads[][3] = {{1, 1, 1},     {5, 3, 16},    {14, 32, 32}, {33, 45, 40},
                                  {60, 230, 64}, {290, 33, 96}, {3, 449, 7}};
  for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
    for (int form = 0; form < 4; form++) {
      attention(heads[i][0], heads[i][1], heads[i][2], form % 2);
      release();
    }
  sluice_bfloat_cap_thread(SLUICE_BFLOAT_AMX);
  for (int i = 1; i < length_count; i++) {
    for (long rows = 0; rows < 5; rows += 2) {
      softmaxes(rows, lengths[i], false);
      softmaxes(rows, lengths[i], true);
      release();
    }
  }
}
