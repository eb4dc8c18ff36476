// Attention on AVX512_BF16: a strip of queries at a time, whose scores stay in the first two caches.
#include "tensor_attention.h"

#if defined(__x86_64__)
#include <math.h>
#include <stddef.h>

#include "vector_avx512.h"

enum { lines = sluice_strip_lines, most_tile = 256, key_group = 16 * lines };

static long padded(long count) { return (count + 31) / 32 * 32; }

// Where things are in the room; `bytes` is all of it.
typedef struct {
  sluice_bfloat *across, *values, *keys;  // right operands: of scores, of results or slopes, of the queries' gradients
  sluice_bfloat *strip, *shares, *all_shares, *all_gradients, *turned, *queries, *uppers;
  float *scores, *slopes, *tile, *inverses;
  long bytes;
} places;

static void *take(places *p, void *room, long bytes) {
  void *start = room ? (char *)room + p->bytes : NULL;  // without room only the bytes are counted
  p->bytes += (bytes + 63) / 64 * 64;
  return start;
}

static places divided(long key_count, long width, bool backward, void *room) {
  long keys = padded(key_count), wide = padded(width), tile = padded(sluice_attention_tile(key_count));
  places p = {.bytes = 0};
  p.across = take(&p, room, keys * wide * 2);
  p.values = take(&p, room, keys * wide * 2);
  p.strip = take(&p, room, lines * wide * 2);
  p.shares = take(&p, room, lines * keys * 2);
  p.scores = take(&p, room, lines * keys * 4);
  p.tile = take(&p, room, lines * 32 * 4);
  p.inverses = take(&p, room, lines * 4);
  if (!backward) return p;
  p.keys = take(&p, room, keys * wide * 2);
  p.slopes = take(&p, room, lines * keys * 4);
  p.all_shares = take(&p, room, tile * keys * 2);
  p.all_gradients = take(&p, room, tile * keys * 2);
  p.turned = take(&p, room, (key_group + 2 * lines) * tile * 2);
  p.queries = take(&p, room, tile * wide * 2);
  p.uppers = take(&p, room, tile * wide * 2);
  return p;
}

bool sluice_attention_is_fast(void) { return sluice_bfloat_level() == SLUICE_BFLOAT_AVX512; }

long sluice_attention_tile(long key_count) {
  long rows = (1 << 17) / padded(key_count) / 32 * 32;
  return rows < 32 ? 32 : least(rows, most_tile);
}

long sluice_attention_room(long key_count, long width, bool backward) {
  return divided(key_count, width, backward, NULL).bytes;
}

static void pack(const sluice_bfloat *start, long stride, bool turned, long k, long n, sluice_bfloat *to) {
  sluice_matrix matrix = {.start = start, .stride = stride, .is_transposed = turned};
  sluice_bfloat_pack(&matrix, k, n, 0, (n + 31) / 32, to);
}

void sluice_attention_pack(const sluice_head *h, bool backward, void *room) {
  places p = divided(h->key_count, h->width, backward, room);
  pack(h->keys, h->key_stride, true, h->width, h->key_count, p.across);
  if (!backward) {
    pack(h->values, h->value_stride, false, h->key_count, h->width, p.values);
    return;
  }
  pack(h->values, h->value_stride, true, h->width, h->key_count, p.values);
  pack(h->keys, h->key_stride, false, h->key_count, h->width, p.keys);
}

static const float log2_e = 1.44269504f;

// A row of scores to shares times a common factor, 32 at a time at `apart`; returns its inverse.
WIDE static float soften(
    float *scores, const float *addend, float scale, long columns, sluice_bfloat *shares, long apart, float *lse) {
  __m512 lowest = _mm512_set1_ps(-INFINITY), most[2] = {lowest, lowest};
  __m512 factor = _mm512_set1_ps(scale);
  for (long c = 0; c < columns; c += 32) {
    __mmask16 low = first_of(columns - c), high = first_of(columns - c - 16);
    __m512 x = _mm512_mul_ps(_mm512_loadu_ps(scores + c), factor);
    __m512 y = _mm512_mul_ps(_mm512_loadu_ps(scores + c + 16), factor);
    if (addend) {
      x = _mm512_add_ps(x, _mm512_maskz_loadu_ps(low, addend + c));
      y = _mm512_add_ps(y, _mm512_maskz_loadu_ps(high, addend + c + 16));
    }
    x = _mm512_mask_mov_ps(lowest, low, x);
    y = _mm512_mask_mov_ps(lowest, high, y);
    _mm512_storeu_ps(scores + c, x);
    _mm512_storeu_ps(scores + c + 16, y);
    most[0] = _mm512_max_ps(most[0], x);
    most[1] = _mm512_max_ps(most[1], y);
  }
  float top = _mm512_reduce_max_ps(_mm512_max_ps(most[0], most[1]));
  if (top == -INFINITY) top = 0;  // nothing may be attended to: every weight is 0
  __m512 steep = _mm512_set1_ps(log2_e), start = _mm512_set1_ps(-top * log2_e);
  __m512 sums[2] = {_mm512_setzero_ps(), _mm512_setzero_ps()};
  for (long c = 0; c < columns; c += 32, shares += apart) {
    __m512 x = power(_mm512_fmadd_ps(_mm512_loadu_ps(scores + c), steep, start));
    __m512 y = power(_mm512_fmadd_ps(_mm512_loadu_ps(scores + c + 16), steep, start));
    sums[0] = _mm512_add_ps(sums[0], x);
    sums[1] = _mm512_add_ps(sums[1], y);
    _mm512_storeu_si512(shares, narrowed(x, y));
  }
  float sum = _mm512_reduce_add_ps(_mm512_add_ps(sums[0], sums[1]));
  *lse = sum > 0 ? top + logf(sum) : INFINITY;
  return sum > 0 ? 1 / sum : 0;
}

// Products of a strip's rows with all keys.
static void multiply_all(
    const sluice_matrix *rows, long from, long height, long width, const sluice_bfloat *right, long keys, places *p,
    float *to) {
  long depth = padded(width);
  sluice_bfloat_tiles(rows, from, height, 0, width, height, p->strip);
  for (long c = 0; c < keys; c += 32) {
    sluice_outcome sums = {.sums = to + c, .stride = keys};
    sluice_multiply_avx512[height](p->strip, right + c * depth, depth / 32, &sums);
  }
}

void sluice_attention_forward(
    const sluice_head *h, sluice_addend addend, long from, long to, sluice_bfloat *result, long result_stride,
    float *lse, void *room) {
  places p = divided(h->key_count, h->width, false, room);
  long keys = padded(h->key_count);
  sluice_matrix queries = {.start = h->queries, .stride = h->query_stride};
  sluice_outcome tile = {.sums = p.tile, .stride = 32};
  sluice_finish finish = {.scale = 1, .row_scale = p.inverses, .stride = result_stride};
  for (long row = from, height; row < to; row += height) {
    height = sluice_strip_rows(to - row);
    multiply_all(&queries, row, height, h->width, p.across, keys, &p, p.scores);
    for (long r = 0; r < height; r++) {
      const float *add = addend.start ? addend.start + (row - from + r) * addend.stride : NULL;
      p.inverses[r] =
          soften(p.scores + r * keys, add, h->scale, h->key_count, p.shares + r * 32, height * 32, lse + row + r);
    }
    finish.result = result + row * result_stride;
    for (long c = 0; c < h->width; c += 32) {
      sluice_multiply_avx512[height](p.shares, p.values + c * keys, keys / 32, &tile);
      sluice_finish_avx512(&finish, p.tile, 32, 0, c, height, least(h->width - c, 32));
    }
  }
}

// A row of scores and slopes to shares and gradients of the scores.
WIDE static void soften_backward(
    float *scores, float *slopes, const float *addend, float scale, float lse, long columns, sluice_bfloat *strip,
    long apart, sluice_bfloat *shares, sluice_bfloat *gradients, float *bias_gradient) {
  // Without anything to attend to lse is infinite, and every share 0.
  __m512 steep = _mm512_set1_ps(scale * log2_e), one = _mm512_set1_ps(log2_e), start = _mm512_set1_ps(-lse * log2_e);
  __m512 sums[2] = {_mm512_setzero_ps(), _mm512_setzero_ps()};
  for (long c = 0; c < columns; c += 32) {
    __mmask16 low = first_of(columns - c), high = first_of(columns - c - 16);
    __m512 x = _mm512_fmadd_ps(_mm512_loadu_ps(scores + c), steep, start);
    __m512 y = _mm512_fmadd_ps(_mm512_loadu_ps(scores + c + 16), steep, start);
    if (addend) {
      x = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(low, addend + c), one, x);
      y = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(high, addend + c + 16), one, y);
    }
    x = _mm512_maskz_mov_ps(low, power(x));
    y = _mm512_maskz_mov_ps(high, power(y));
    sums[0] = _mm512_fmadd_ps(x, _mm512_loadu_ps(slopes + c), sums[0]);
    sums[1] = _mm512_fmadd_ps(y, _mm512_loadu_ps(slopes + c + 16), sums[1]);
    _mm512_storeu_ps(scores + c, x);
    _mm512_storeu_ps(scores + c + 16, y);
    _mm512_storeu_si512(shares + c, narrowed(x, y));
  }
  __m512 mean = _mm512_set1_ps(_mm512_reduce_add_ps(_mm512_add_ps(sums[0], sums[1])));
  for (long c = 0; c < columns; c += 32, strip += apart) {
    __m512 x = _mm512_mul_ps(_mm512_loadu_ps(scores + c), _mm512_sub_ps(_mm512_loadu_ps(slopes + c), mean));
    __m512 y = _mm512_mul_ps(_mm512_loadu_ps(scores + c + 16), _mm512_sub_ps(_mm512_loadu_ps(slopes + c + 16), mean));
    _mm512_storeu_si512(strip, narrowed(x, y));
    _mm512_storeu_si512(gradients + c, narrowed(x, y));
    if (!bias_gradient) continue;
    float *sum = bias_gradient + c;
    set(sum, columns - c, _mm512_add_ps(x, get(sum, columns - c)));
    set(sum + 16, columns - c - 16, _mm512_add_ps(y, get(sum + 16, columns - c - 16)));
  }
}

// sums = or += weights (rows x keys), turned, times a right operand of `rows` rows.
static void add_turned(
    const sluice_bfloat *weights, long rows, const sluice_head *h, const sluice_bfloat *right, float *sums,
    bool accumulates, places *p) {
  long keys = padded(h->key_count), depth = padded(rows), wide = padded(h->width);
  sluice_matrix matrix = {.start = weights, .stride = keys, .is_transposed = true};
  for (long first = 0; first < h->key_count; first += key_group) {
    long count = least(h->key_count - first, key_group), full = count / lines * lines;
    sluice_bfloat_tiles(&matrix, first, count, 0, rows, lines, p->turned);
    if (count > full)  // the last strip has rows of its own number
      sluice_bfloat_tiles(&matrix, first + full, count - full, 0, rows, count - full, p->turned + full * depth);
    for (long c = 0; c < h->width; c += 32) {
      for (long k = 0; k < count; k += lines) {
        sluice_outcome to = {.sums = sums + (first + k) * wide + c, .stride = wide, .keeps = accumulates};
        sluice_multiply_avx512[least(count - k, lines)](p->turned + k * depth, right + c * depth, depth / 32, &to);
      }
    }
  }
}

void sluice_attention_backward(
    const sluice_head *h, sluice_addend addend, const sluice_bfloat *upper, long upper_stride, const float *lse, long from,
    long to, sluice_bfloat *query_gradient, long gradient_stride, float *sums, bool accumulates, float *bias_gradient,
    void *room) {
  places p = divided(h->key_count, h->width, true, room);
  long keys = padded(h->key_count), rows = to - from;
  sluice_matrix queries = {.start = h->queries, .stride = h->query_stride};
  sluice_matrix uppers = {.start = upper, .stride = upper_stride};
  sluice_outcome tile = {.sums = p.tile, .stride = 32};
  sluice_finish finish = {.scale = h->scale, .stride = gradient_stride};
  for (long row = from, height; row < to; row += height) {
    height = sluice_strip_rows(to - row);
    multiply_all(&queries, row, height, h->width, p.across, keys, &p, p.scores);
    multiply_all(&uppers, row, height, h->width, p.values, keys, &p, p.slopes);
    for (long r = 0; r < height; r++) {
      long line = row - from + r;
      soften_backward(
          p.scores + r * keys, p.slopes + r * keys, addend.start ? addend.start + line * addend.stride : NULL, h->scale,
          lse[row + r], h->key_count, p.shares + r * 32, height * 32, p.all_shares + line * keys,
          p.all_gradients + line * keys, bias_gradient ? bias_gradient + line * h->key_count : NULL);
    }
    finish.result = query_gradient + row * gradient_stride;
    for (long c = 0; c < h->width; c += 32) {
      sluice_multiply_avx512[height](p.shares, p.keys + c * keys, keys / 32, &tile);
      sluice_finish_avx512(&finish, p.tile, 32, 0, c, height, least(h->width - c, 32));
    }
  }
  pack(h->queries + from * h->query_stride, h->query_stride, false, rows, h->width, p.queries);
  pack(upper + from * upper_stride, upper_stride, false, rows, h->width, p.uppers);
  add_turned(p.all_gradients, rows, h, p.queries, sums, accumulates, &p);
  add_turned(p.all_shares, rows, h, p.uppers, sums + h->key_count * padded(h->width), accumulates, &p);
}

WIDE void sluice_attention_write(
    const float *sums, long rows, long width, float scale, sluice_bfloat *to, long stride) {
  __m512 factor = _mm512_set1_ps(scale);
  for (long r = 0; r < rows; r++, sums += padded(width), to += stride) {
    for (long c = 0; c < width; c += 32) {
      __m512 x = _mm512_mul_ps(_mm512_loadu_ps(sums + c), factor);
      __m512 y = _mm512_mul_ps(_mm512_loadu_ps(sums + c + 16), factor);
      put(to + c, width - c, narrowed(x, y));
    }
  }
}
#else
// Never called: there are no such processors.
bool sluice_attention_is_fast(void) { return false; }
long sluice_attention_room(long key_count, long width, bool backward) { return key_count * width * backward; }
long sluice_attention_tile(long key_count) { return key_count; }
void sluice_attention_pack(const sluice_head *head, bool backward, void *room) { (void)head, (void)backward, (void)room; }
void sluice_attention_forward(
    const sluice_head *head, sluice_addend addend, long from, long to, sluice_bfloat *result, long result_stride,
    float *lse, void *room) {
  (void)head, (void)addend, (void)from, (void)to, (void)result, (void)result_stride, (void)lse, (void)room;
}
void sluice_attention_backward(
    const sluice_head *head, sluice_addend addend, const sluice_bfloat *upper, long upper_stride, const float *lse, long from,
    long to, sluice_bfloat *query_gradient, long gradient_stride, float *sums, bool accumulates, float *bias_gradient,
    void *room) {
  (void)head, (void)addend, (void)upper, (void)upper_stride, (void)lse, (void)from, (void)to, (void)query_gradient;
  (void)gradient_stride, (void)sums, (void)accumulates, (void)bias_gradient, (void)room;
}
void sluice_attention_write(const float *sums, long rows, long width, float scale, sluice_bfloat *to, long stride) {
  (void)sums, (void)rows, (void)width, (void)scale, (void)to, (void)stride;
}
#endif
