#include <string.h>

#include "bfloat.h"

static sluice_bfloat narrowed(float x) {
  unsigned bits;
  memcpy(&bits, &x, sizeof bits);
  if (x != x) return 0x7fc0;
  return (sluice_bfloat)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static sluice_bfloat number(const sluice_matrix *matrix, long line, long place) {
  long index = line * matrix->stride + place;
  return matrix->is_float ? narrowed(((const float *)matrix->start)[index]) : ((const sluice_bfloat *)matrix->start)[index];
}

// One tile: 16 lines of 32 numbers, from lines of memory or, across, from columns. `lines` and `places` say how much of
// memory there is from (line, place) on.
static void tile_of_lines(
    const sluice_matrix *m, long line, long lines, long place, long places, sluice_bfloat *to) {
  for (long l = 0; l < 16; l++) {
    for (long p = 0; p < 32; p++) to[l * 32 + p] = l < lines && p < places ? number(m, line + l, place + p) : 0;
  }
}

static void tile_of_columns(
    const sluice_matrix *m, long line, long lines, long place, long places, sluice_bfloat *to) {
  for (long l = 0; l < 16; l++) {
    for (long p = 0; p < 32; p++) to[l * 32 + p] = p < lines && l < places ? number(m, line + p, place + l) : 0;
  }
}

// The same tile with pairs of numbers as rows: 16 pairs, in each 16 columns.
static void pairs(const sluice_bfloat *tile, sluice_bfloat *to) {
  for (long pair = 0; pair < 16; pair++) {
    for (long column = 0; column < 16; column++) memcpy(to + pair * 32 + column * 2, tile + column * 32 + pair * 2, 4);
  }
}

#if defined(__x86_64__)
#include <immintrin.h>

#define WIDE static inline __attribute__((always_inline, target("avx512f,avx512bw,avx512vl,avx512bf16")))

// 32 numbers of a line, zeros beyond `places`.
WIDE __m512i line_of(const void *start, bool is_float, long index, long places) {
  if (places <= 0) return _mm512_setzero_si512();
  if (!is_float) {
    const sluice_bfloat *from = (const sluice_bfloat *)start + index;
    if (places >= 32) return _mm512_loadu_si512(from);
    return _mm512_maskz_loadu_epi16((__mmask32)((1ull << places) - 1), from);
  }
  const float *from = (const float *)start + index;
  if (places >= 32) return (__m512i)_mm512_cvtne2ps_pbh(_mm512_loadu_ps(from + 16), _mm512_loadu_ps(from));
  __mmask32 mask = (__mmask32)((1ull << places) - 1);
  return (__m512i)_mm512_cvtne2ps_pbh(
      _mm512_maskz_loadu_ps((__mmask16)(mask >> 16), from + 16), _mm512_maskz_loadu_ps((__mmask16)mask, from));
}

// Rows and columns of 16 × 16 words exchanged.
WIDE void transpose(__m512i r[16]) {
  __m512i t[16];
  for (int i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
    t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
  }
  for (int i = 0; i < 16; i += 4) {
    r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
    r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
    r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
    r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
  }
  for (int i = 0; i < 4; i++) {
    t[i] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0x88);
    t[i + 4] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0xdd);
    t[i + 8] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0x88);
    t[i + 12] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0xdd);
  }
  for (int i = 0; i < 4; i++) {
    r[i] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0x88);
    r[i + 8] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0xdd);
    r[i + 4] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0x88);
    r[i + 12] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0xdd);
  }
}

// 16 lines of memory as pairs.
WIDE void wide_lines(const sluice_matrix *m, long line, long lines, long place, long places, sluice_bfloat *to) {
  __m512i rows[16];
  for (int l = 0; l < 16; l++) {
    rows[l] = line_of(m->start, m->is_float, (line + l) * m->stride + place, l < lines ? places : 0);
  }
  transpose(rows);
  for (int l = 0; l < 16; l++) _mm512_storeu_si512(to + l * 32, rows[l]);
}

// 32 lines and 32 columns of memory as pairs of lines: two tiles of 16 columns, `apart` numbers from each other; turned:
// each column becomes a row.
WIDE void wide_columns(
    const sluice_matrix *m, long line, long lines, long place, long places, bool turned, sluice_bfloat *to, long apart) {
  // Numbers of both lines in turn, of columns 0 to 15 and 16 to 31.
  __m512i count = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  __m512i low = _mm512_or_si512(count, _mm512_slli_epi32(_mm512_add_epi32(count, _mm512_set1_epi32(32)), 16));
  __m512i high = _mm512_add_epi16(low, _mm512_set1_epi16(16));
  __m512i first[16], second[16];
  for (int pair = 0; pair < 16; pair++) {
    long at = line + 2 * pair, index = at * m->stride + place;
    __m512i one = line_of(m->start, m->is_float, index, 2 * pair < lines ? places : 0);
    __m512i two = line_of(m->start, m->is_float, index + m->stride, 2 * pair + 1 < lines ? places : 0);
    first[pair] = _mm512_permutex2var_epi16(one, low, two);
    second[pair] = _mm512_permutex2var_epi16(one, high, two);
  }
  if (turned) {
    transpose(first);
    transpose(second);
  }
  for (int row = 0; row < 16; row++) {
    _mm512_storeu_si512(to + row * 32, first[row]);
    _mm512_storeu_si512(to + apart + row * 32, second[row]);
  }
}

// A block of the right operand, 32 × 32: two tiles of pairs.
__attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16"))) static void wide_block(
    const sluice_matrix *b, long k, long ks, long n, long ns, sluice_bfloat *to) {
  if (b->is_transposed) {
    wide_lines(b, n, ns, k, ks, to);
    wide_lines(b, n + 16, ns - 16, k, ks, to + 512);
  } else {
    wide_columns(b, k, ks, n, ns, false, to, 512);
  }
}

// Asks for the numbers of some lines from `place` on.
static void fetch_lines(const sluice_matrix *m, long line, long lines, long place) {
  long size = m->is_float ? 4 : 2;
  const char *start = (const char *)m->start + (line * m->stride + place) * size;
  for (long l = 0; l < lines; l++) {
    for (long at = 0; at < panel * size; at += 64) __builtin_prefetch(start + l * m->stride * size + at);
  }
}

// Strips of A, from rows of memory.
__attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16"))) static void wide_strips(
    const sluice_matrix *a, long row, long rows, long column, long columns, long lines, sluice_bfloat *to) {
  for (long r = 0; r < rows; r += lines) {
    for (long c = 0; c < columns; c += 32) {
      for (long l = r; l < r + lines; l++, to += 32) {
        if (l < rows) _mm512_storeu_si512(to, line_of(a->start, a->is_float, (row + l) * a->stride + column + c, columns - c));
      }
    }
  }
}

// Strips of A, from columns of memory: 32 x 32 numbers at a time.
__attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16"))) static void wide_strips_of_columns(
    const sluice_matrix *a, long row, long rows, long column, long columns, long lines, sluice_bfloat *to) {
  long depth = (columns + 31) / 32 * 32;
  for (long c = 0; c < columns; c += 32) {
    for (long r = 0; r < rows; r += 32) {
      sluice_bfloat turned[1024];
      wide_columns(a, column + c, columns - c, row + r, rows - r, true, turned, 512);
      for (long l = r; l < r + 32 && l < rows; l++) {
        __m512i line = _mm512_loadu_si512(turned + (l - r) * 32);
        _mm512_storeu_si512(to + l / lines * lines * depth + c * lines + l % lines * 32, line);
      }
    }
  }
}
#endif

static void slow_block(const sluice_matrix *b, long k, long ks, long n, long ns, sluice_bfloat *to) {
  for (long half = 0; half < 32; half += 16, to += 512) {
    sluice_bfloat tile[512];
    if (b->is_transposed) {
      tile_of_lines(b, n + half, ns - half, k, ks, tile);
    } else {
      tile_of_columns(b, k, ks, n + half, ns - half, tile);
    }
    pairs(tile, to);
  }
}

long sluice_bfloat_packed_count(long k, long n) { return (k + 31) / 32 * 32 * ((n + 31) / 32 * 32); }

static void pack(
    const sluice_matrix *b, long k, long n, long first_k, long last_k, long first_n, long last_n, sluice_bfloat *packed) {
  long depth = (k + 31) / 32 * 32;
  bool fast = sluice_bfloat_level() > SLUICE_BFLOAT_LOOPS;
  // Along the lines of memory.
  long wide = b->is_transposed ? panel : last_n - first_n;
  for (long part = first_n; part < last_n; part += wide) {
    for (long row = first_k; row < last_k; row += block) {
      for (long column = part; column < least(part + wide, last_n); column += panel) {
        sluice_bfloat *to = packed + column * depth + row * panel;
#if defined(__x86_64__)
        if (fast) {
          if (!b->is_transposed) fetch_lines(b, row + block, least(last_k - row - block, block), column);
          wide_block(b, row, least(k - row, 32), column, least(n - column, 32), to);
          continue;
        }
#endif
        slow_block(b, row, least(k - row, 32), column, least(n - column, 32), to);
      }
    }
  }
}

void sluice_bfloat_pack(const sluice_matrix *b, long k, long n, long from, long to, sluice_bfloat *packed) {
  pack(b, k, n, 0, k, from * panel, to * panel, packed);
}

void sluice_bfloat_pack_rows(const sluice_matrix *b, long k, long n, long from, long to, sluice_bfloat *packed) {
  pack(b, k, n, from, to, 0, n, packed);
}

void sluice_bfloat_tiles(
    const sluice_matrix *a, long row, long rows, long column, long columns, long lines, sluice_bfloat *to) {
  long depth = (columns + 31) / 32 * 32;
#if defined(__x86_64__)
  if (sluice_bfloat_level() > SLUICE_BFLOAT_LOOPS) {
    if (a->is_transposed) {
      wide_strips_of_columns(a, row, rows, column, columns, lines, to);
    } else {
      wide_strips(a, row, rows, column, columns, lines, to);
    }
    return;
  }
#endif
  for (long r = 0; r < rows; r++) {
    sluice_bfloat *line = to + r / lines * lines * depth + r % lines * 32;
    for (long c = 0; c < depth; c++) {
      sluice_bfloat value = c >= columns ? 0 : a->is_transposed ? number(a, column + c, row + r) : number(a, row + r, column + c);
      line[c / 32 * 32 * lines + c % 32] = value;
    }
  }
}
