#include "hog.h"

#include <math.h>
#include <string.h>

#include "variants.h"

// One strip of lanes at a time: a lane is one color of one pixel column, interleaved as in the picture. The eight rows
// of a cell are added up lane by lane and bin by bin, then the lanes of a cell are added in a fixed order, so that every
// variant gives the same bits.
#pragma STDC FP_CONTRACT OFF

enum { BINS = SLUICE_HOG_BINS, CELL = SLUICE_HOG_CELL, LANES = 32, PAD = 3, SLOTS = 16 };

// floor(a * tan 20°) = a * 23853 >> 16 for all whole a in 0...255; likewise 40°, and 60° and 80° after taking out the
// whole part of the tangent. No multiple of these tangents is whole, so b > floor(a * tan) decides b >= a * tan exactly.
enum { TAN20 = 23853, TAN40 = 54991, TAN60_1 = 47976, TAN80_5 = 43993 };

typedef struct {
  // Rows y - 1, y and y + 1 of each row y of a cell; lane j of the center is at [PAD + j], as in the other two.
  const uint8_t *above[CELL], *center[CELL], *below[CELL];
} window;

static void lanes_portable(const window *w, int lanes, float *sums) {
  memset(sums, 0, sizeof(float) * BINS * (size_t)lanes);
  for (int row = 0; row < CELL; row++) {
    const uint8_t *above = w->above[row] + PAD, *center = w->center[row] + PAD, *below = w->below[row] + PAD;
    for (int j = 0; j < lanes; j++) {
      int gx = center[j + 3] - center[j - 3], gy = below[j] - above[j];
      int a = gx < 0 ? -gx : gx, b = gy < 0 ? -gy : gy;
      int passed = (b > (a * TAN20 >> 16)) + (b > (a * TAN40 >> 16)) + (b > a + (a * TAN60_1 >> 16)) +
                   (b > 5 * a + (a * TAN80_5 >> 16));
      int bin = (gx ^ gy) < 0 && b != 0 ? 8 - passed : passed;
      sums[bin * lanes + j] += sqrtf((float)(a * a + b * b));
    }
  }
}

#if SLUICE_X86
SLUICE_AVX2 static void lanes_avx2(const window *w, int lanes, float *sums) {
  const __m256 tan20 = _mm256_set1_ps(0.363970234f), tan40 = _mm256_set1_ps(0.839099631f),
               tan60 = _mm256_set1_ps(1.73205081f), tan80 = _mm256_set1_ps(5.67128182f);
  const __m256 sign = _mm256_set1_ps(-0.0f), zero = _mm256_setzero_ps();
  for (int j = 0; j < lanes; j += 8) {
    __m256 bins[BINS];
    for (int k = 0; k < BINS; k++) bins[k] = zero;
    for (int row = 0; row < CELL; row++) {
      const uint8_t *center = w->center[row] + PAD + j;
      __m256i right = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(center + 3)));
      __m256i left = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(center - 3)));
      __m256i below = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(w->below[row] + PAD + j)));
      __m256i above = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(w->above[row] + PAD + j)));
      __m256 gx = _mm256_cvtepi32_ps(_mm256_sub_epi32(right, left));
      __m256 gy = _mm256_cvtepi32_ps(_mm256_sub_epi32(below, above));
      __m256 a = _mm256_andnot_ps(sign, gx), b = _mm256_andnot_ps(sign, gy);
      // Sums of squares stay below 2^24: exact in any order.
      __m256 m = _mm256_sqrt_ps(_mm256_add_ps(_mm256_mul_ps(gx, gx), _mm256_mul_ps(gy, gy)));
      __m256 past20 = _mm256_cmp_ps(b, _mm256_mul_ps(a, tan20), _CMP_GT_OQ);
      __m256 past40 = _mm256_cmp_ps(b, _mm256_mul_ps(a, tan40), _CMP_GT_OQ);
      __m256 past60 = _mm256_cmp_ps(b, _mm256_mul_ps(a, tan60), _CMP_GT_OQ);
      __m256 past80 = _mm256_cmp_ps(b, _mm256_mul_ps(a, tan80), _CMP_GT_OQ);
      __m256 opposite = _mm256_cmp_ps(_mm256_mul_ps(gx, gy), zero, _CMP_LT_OQ);
      __m256 mo = _mm256_and_ps(opposite, m), ms = _mm256_andnot_ps(opposite, m);
      bins[0] = _mm256_add_ps(bins[0], _mm256_andnot_ps(past20, ms));
      bins[8] = _mm256_add_ps(bins[8], _mm256_andnot_ps(past20, mo));
      __m256 in20 = _mm256_andnot_ps(past40, past20);
      bins[1] = _mm256_add_ps(bins[1], _mm256_and_ps(in20, ms));
      bins[7] = _mm256_add_ps(bins[7], _mm256_and_ps(in20, mo));
      __m256 in40 = _mm256_andnot_ps(past60, past40);
      bins[2] = _mm256_add_ps(bins[2], _mm256_and_ps(in40, ms));
      bins[6] = _mm256_add_ps(bins[6], _mm256_and_ps(in40, mo));
      __m256 in60 = _mm256_andnot_ps(past80, past60);
      bins[3] = _mm256_add_ps(bins[3], _mm256_and_ps(in60, ms));
      bins[5] = _mm256_add_ps(bins[5], _mm256_and_ps(in60, mo));
      bins[4] = _mm256_add_ps(bins[4], _mm256_and_ps(past80, m));
    }
    for (int k = 0; k < BINS; k++) _mm256_storeu_ps(sums + k * lanes + j, bins[k]);
  }
}

SLUICE_AVX512 static void lanes_avx512(const window *w, int lanes, float *sums) {
  const __m512i tan20 = _mm512_set1_epi16((short)TAN20), tan40 = _mm512_set1_epi16((short)TAN40),
                tan60 = _mm512_set1_epi16((short)TAN60_1), tan80 = _mm512_set1_epi16((short)TAN80_5);
  for (int j = 0; j < lanes; j += LANES) {
    __m512 low[BINS], high[BINS];
    for (int k = 0; k < BINS; k++) low[k] = high[k] = _mm512_setzero_ps();
    for (int row = 0; row < CELL; row++) {
      const uint8_t *center = w->center[row] + PAD + j;
      __m512i right = _mm512_cvtepu8_epi16(_mm256_loadu_si256((const __m256i *)(center + 3)));
      __m512i left = _mm512_cvtepu8_epi16(_mm256_loadu_si256((const __m256i *)(center - 3)));
      __m512i below = _mm512_cvtepu8_epi16(_mm256_loadu_si256((const __m256i *)(w->below[row] + PAD + j)));
      __m512i above = _mm512_cvtepu8_epi16(_mm256_loadu_si256((const __m256i *)(w->above[row] + PAD + j)));
      __m512i gx = _mm512_sub_epi16(right, left), gy = _mm512_sub_epi16(below, above);
      __m512i a = _mm512_abs_epi16(gx), b = _mm512_abs_epi16(gy);
      __mmask32 past20 = _mm512_cmpgt_epi16_mask(b, _mm512_mulhi_epu16(a, tan20));
      __mmask32 past40 = _mm512_cmpgt_epi16_mask(b, _mm512_mulhi_epu16(a, tan40));
      __mmask32 past60 = _mm512_cmpgt_epi16_mask(b, _mm512_add_epi16(a, _mm512_mulhi_epu16(a, tan60)));
      __m512i five = _mm512_add_epi16(a, _mm512_slli_epi16(a, 2));
      __mmask32 past80 = _mm512_cmpgt_epi16_mask(b, _mm512_add_epi16(five, _mm512_mulhi_epu16(a, tan80)));
      __mmask32 opposite = _mm512_movepi16_mask(_mm512_xor_si512(gx, gy)) & _mm512_test_epi16_mask(b, b);
      __mmask32 in20 = past20 & ~past40, in40 = past40 & ~past60, in60 = past60 & ~past80;
      __mmask32 in[BINS] = {~past20 & ~opposite, in20 & ~opposite, in40 & ~opposite, in60 & ~opposite, past80,
                            in60 & opposite,     in40 & opposite,  in20 & opposite,  ~past20 & opposite};
      __m512i a2 = _mm512_mullo_epi16(a, a), b2 = _mm512_mullo_epi16(b, b);
      __m512i lows = _mm512_add_epi32(_mm512_cvtepu16_epi32(_mm512_castsi512_si256(a2)),
                                      _mm512_cvtepu16_epi32(_mm512_castsi512_si256(b2)));
      __m512i highs = _mm512_add_epi32(_mm512_cvtepu16_epi32(_mm512_extracti64x4_epi64(a2, 1)),
                                       _mm512_cvtepu16_epi32(_mm512_extracti64x4_epi64(b2, 1)));
      __m512 ml = _mm512_sqrt_ps(_mm512_cvtepi32_ps(lows)), mh = _mm512_sqrt_ps(_mm512_cvtepi32_ps(highs));
      for (int k = 0; k < BINS; k++) {
        low[k] = _mm512_mask_add_ps(low[k], (__mmask16)in[k], low[k], ml);
        high[k] = _mm512_mask_add_ps(high[k], (__mmask16)(in[k] >> 16), high[k], mh);
      }
    }
    for (int k = 0; k < BINS; k++) {
      _mm512_storeu_ps(sums + k * lanes + j, low[k]);
      _mm512_storeu_ps(sums + k * lanes + j + 16, high[k]);
    }
  }
}
#endif

static void lanes_of_cells(const window *w, int lanes, float *sums) { SLUICE_DISPATCH(lanes, (w, lanes, sums)) }

// The 24 lanes of each cell to the sums of its three colors: pairs at distance 12, then 6, then 3.
SLUICE_INLINE void hog_reduce_body(const float *sums, int lanes, int columns, float *row) {
  for (int bin = 0; bin < BINS; bin++) {
    const float *from = sums + bin * lanes;
    float *to = row + bin * 3 * columns;
    for (int cell = 0; cell < columns; cell++, from += 24, to += 3) {
      float twelve[12], six[6];
      for (int i = 0; i < 12; i++) twelve[i] = from[i] + from[i + 12];
      for (int i = 0; i < 6; i++) six[i] = twelve[i] + twelve[i + 6];
      for (int i = 0; i < 3; i++) to[i] = (six[i] + six[i + 3]) * (1.0f / (CELL * CELL));
    }
  }
}

// [9][n] histograms to [n][9], each divided by its own length.
SLUICE_INLINE void hog_normalize_body(const float *row, int n, float *lengths, float *cells, float *histogram) {
  for (int i = 0; i < n; i++) lengths[i] = 1e-10f;
  for (int bin = 0; bin < BINS; bin++)
    for (int i = 0; i < n; i++) lengths[i] += row[bin * n + i] * row[bin * n + i];
  for (int i = 0; i < n; i++) lengths[i] = sqrtf(lengths[i]);
  for (int bin = 0; bin < BINS; bin++)
    for (int i = 0; i < n; i++) cells[i * BINS + bin] = row[bin * n + i] / lengths[i];
  if (histogram == NULL) return;
  for (int bin = 0; bin < BINS; bin++)
    for (int i = 0; i < n; i++) histogram[i * BINS + bin] = row[bin * n + i];
}

SLUICE_INLINE void hog_finish_body(
  const float *sums, int lanes, int columns, float *row, float *cells, float *histogram) {
  hog_reduce_body(sums, lanes, columns, row);
  hog_normalize_body(row, 3 * columns, row + BINS * 3 * columns, cells, histogram);
}
SLUICE_VARIANTS(
  static, hog_finish, (const float *sums, int lanes, int columns, float *row, float *cells, float *histogram),
  (sums, lanes, columns, row, cells, histogram))

static int lane_count(int width) { return (24 * (width / CELL) + LANES - 1) / LANES * LANES; }

// Bytes of one padded row: a vector read from any of its lanes stays inside.
static size_t padded_row(int width) { return (size_t)(lane_count(width) > 3 * width ? lane_count(width) : 3 * width) + 64; }

size_t sluice_hog_scratch(int width) {
  size_t columns = (size_t)(width / CELL);
  return BINS * (size_t)lane_count(width) + (BINS + 1) * 3 * columns + SLOTS * padded_row(width) / sizeof(float) + 16;
}

// A copy whose pixel left of the first equals the second, and right of the last the last but one: differences there are 0.
static void pad_row(const uint8_t *row, int width, uint8_t *to) {
  memcpy(to + PAD, row, (size_t)width * 3);
  memcpy(to, row + (width > 1 ? 3 : 0), 3);
  memcpy(to + PAD + 3 * width, row + 3 * (width > 1 ? width - 2 : 0), 3);
}

void sluice_hog_central(
  const uint8_t *rgb, ptrdiff_t stride, int width, int height, float *cells, float *histogram, float *scratch) {
  int lanes = lane_count(width), columns = width / CELL, rows = height / CELL;
  if (columns == 0 || rows == 0) return;
  float *sums = scratch, *row = sums + BINS * lanes;
  uint8_t *ring = (uint8_t *)(row + (BINS + 1) * 3 * columns);
  size_t size = padded_row(width);
  memset(ring, 0, SLOTS * size);
  pad_row(rgb, width, ring);
  int padded = 1;  // rows copied so far; row y lives in slot y % SLOTS
  for (int r = 0; r < rows; r++) {
    window w;
    for (int i = 0; i < CELL; i++) {
      int y = r * CELL + i, last = height - 1;
      for (; padded <= y + 1 && padded < height; padded++)
        pad_row(rgb + padded * stride, width, ring + (padded % SLOTS) * size);
      uint8_t *center = ring + (y % SLOTS) * size;
      w.center[i] = center;
      w.above[i] = y == 0 || y == last ? center : ring + ((y - 1) % SLOTS) * size;
      w.below[i] = y == 0 || y == last ? center : ring + ((y + 1) % SLOTS) * size;
    }
    lanes_of_cells(&w, lanes, sums);
    ptrdiff_t at = (ptrdiff_t)r * columns * 3 * BINS;
    hog_finish(sums, lanes, columns, row, cells + at, histogram == NULL ? NULL : histogram + at);
  }
}
