#include <math.h>
#include <string.h>

#include "color.h"
#include "variants.h"

#pragma STDC FP_CONTRACT OFF

SLUICE_INLINE void sluice_warp_row_body(const sluice_warp *w, int width, int height, int32_t *places) {
  // Adding and taking away 1.5 * 2^52 rounds half to even.
  const double round = 6755399441055744.0;
  for (int x = 0; x < width; x++) {
    double right = (double)x - w->origin_x;
    double column = (((right * w->step_x - w->shift_x) + w->origin_x) + round) - round;
    double row = (((right * w->step_y - w->shift_y) + w->origin_y) + round) - round;
    int inside = (column >= 0) & (column < width) & (row >= 0) & (row < height);
    places[x] = inside ? (int32_t)(row * width + column) : -1;
  }
}
SLUICE_VARIANTS(
  , sluice_warp_row, (const sluice_warp *restrict warp, int width, int height, int32_t *restrict places),
  (warp, width, height, places))

// Sixteen bytes at a time, whatever a run's length: what is too much is overwritten by the runs that follow.
void sluice_copy_runs(const uint8_t *plane, const int32_t *runs, ptrdiff_t run_count, uint8_t *out) {
  for (ptrdiff_t i = 0; i < run_count; i++) {
    uint8_t *to = out + runs[3 * i];
    int length = runs[3 * i + 2];
    if (runs[3 * i + 1] < 0) {
      memset(to, 0, (size_t)length);
      continue;
    }
    const uint8_t *from = plane + runs[3 * i + 1];
    for (int k = 0; k < length; k += SLUICE_RUN_SLACK) memcpy(to + k, from + k, SLUICE_RUN_SLACK);
  }
}
