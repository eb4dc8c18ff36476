// Activations of bfloat16 numbers.
#include "bfloat.h"
#include "tensor_rows.h"

enum { piece = 512 };

static long least(long a, long b) { return a < b ? a : b; }

#if defined(__x86_64__)
#include "vector_avx512.h"

// On AVX512_BF16 alone: AMX's products finish in single precision, and both must agree.
static bool is_wide(void) { return sluice_bfloat_level() == SLUICE_BFLOAT_AVX512; }

INLINE_WIDE void activate(int kind, const sluice_bfloat *x, sluice_bfloat *y, long count) {
  for (long i = 0; i < count; i += 32) {
    __mmask32 mask = (__mmask32)first_of(count - i - 16) << 16 | first_of(count - i);
    __m512i both = _mm512_maskz_loadu_epi16(mask, x + i);
    __m512 low = activated(kind, widened(_mm512_castsi512_si256(both)));
    __m512 high = activated(kind, widened(_mm512_extracti64x4_epi64(both, 1)));
    _mm512_mask_storeu_epi16(y + i, mask, narrowed(low, high));
  }
}

INLINE_WIDE void activate_backward(int kind, const sluice_bfloat *x, const sluice_bfloat *dy, sluice_bfloat *dx, long count) {
  for (long i = 0; i < count; i += 32) {
    __mmask32 mask = (__mmask32)first_of(count - i - 16) << 16 | first_of(count - i);
    __m512i here = _mm512_maskz_loadu_epi16(mask, x + i), upper = _mm512_maskz_loadu_epi16(mask, dy + i);
    __m512 low = activated_backward(
        kind, widened(_mm512_castsi512_si256(here)), widened(_mm512_castsi512_si256(upper)));
    __m512 high = activated_backward(
        kind, widened(_mm512_extracti64x4_epi64(here, 1)), widened(_mm512_extracti64x4_epi64(upper, 1)));
    _mm512_mask_storeu_epi16(dx + i, mask, narrowed(low, high));
  }
}

WIDE static void wide(int kind, const sluice_bfloat *x, sluice_bfloat *y, long count) {
  if (kind == SLUICE_GELU) return activate(SLUICE_GELU, x, y, count);
  if (kind == SLUICE_QUICK_GELU) return activate(SLUICE_QUICK_GELU, x, y, count);
  activate(SLUICE_RELU, x, y, count);
}

WIDE static void wide_backward(
    int kind, const sluice_bfloat *x, const sluice_bfloat *dy, sluice_bfloat *dx, long count) {
  if (kind == SLUICE_GELU) return activate_backward(SLUICE_GELU, x, dy, dx, count);
  if (kind == SLUICE_QUICK_GELU) return activate_backward(SLUICE_QUICK_GELU, x, dy, dx, count);
  activate_backward(SLUICE_RELU, x, dy, dx, count);
}
#else
static bool is_wide(void) { return false; }
static void wide(int kind, const sluice_bfloat *x, sluice_bfloat *y, long count) { (void)kind, (void)x, (void)y, (void)count; }
static void wide_backward(int kind, const sluice_bfloat *x, const sluice_bfloat *dy, sluice_bfloat *dx, long count) {
  (void)kind, (void)x, (void)dy, (void)dx, (void)count;
}
#endif

void sluice_activate_bfloat(int kind, const sluice_bfloat *x, sluice_bfloat *y, long count) {
  if (is_wide()) return wide(kind, x, y, count);
  float room[piece];
  for (long i = 0; i < count; i += piece) {
    long some = least(count - i, piece);
    sluice_widen(x + i, room, some);
    sluice_activate(kind, room, room, some);
    sluice_narrow(room, y + i, some);
  }
}

void sluice_activate_bfloat_backward(
    int kind, const sluice_bfloat *x, const sluice_bfloat *dy, sluice_bfloat *dx, long count) {
  if (is_wide()) return wide_backward(kind, x, dy, dx, count);
  float room[piece], upper[piece];
  for (long i = 0; i < count; i += piece) {
    long some = least(count - i, piece);
    sluice_widen(x + i, room, some);
    sluice_widen(dy + i, upper, some);
    sluice_activate_backward(kind, room, upper, upper, some);
    sluice_narrow(upper, dx + i, some);
  }
}
