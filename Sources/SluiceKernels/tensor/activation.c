// Activations of bfloat16 numbers.
#include "bfloat.h"
#include "tensor_rows.h"

enum { piece = 512 };

#if defined(__x86_64__)
#include "vector_avx512.h"

// On AVX512_BF16 alone: AMX's products finish in single precision, and both must agree.
static bool is_wide(void) { return sluice_bfloat_level() == SLUICE_BFLOAT_AVX512; }

// The first `left` of 32 numbers.
INLINE_WIDE __m512i part(const sluice_bfloat *from, long left) {
  return left >= 32 ? _mm512_loadu_si512(from) : _mm512_maskz_loadu_epi16(first_of_both(left), from);
}

INLINE_WIDE void activate(int kind, const sluice_bfloat *x, sluice_bfloat *y, long count) {
  for (long i = 0; i < count; i += 32) {
    __m512i both = part(x + i, count - i);
    put(y + i, count - i, narrowed(activated(kind, lower(both)), activated(kind, upper(both))));
  }
}

INLINE_WIDE void activate_backward(int kind, const sluice_bfloat *x, const sluice_bfloat *dy, sluice_bfloat *dx, long count) {
  for (long i = 0; i < count; i += 32) {
    __m512i both = part(x + i, count - i), slopes = part(dy + i, count - i);
    __m512 low = activated_backward(kind, lower(both), lower(slopes));
    put(dx + i, count - i, narrowed(low, activated_backward(kind, upper(both), upper(slopes))));
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
