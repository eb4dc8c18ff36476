// Lines of a video as sliding windows see them.
#pragma once

#include <string.h>

#include "tensor_conv.h"

// The line of `plane`, `t` and `y` of a video x, its numbers of `size` bytes: `bytes` from where the first window begins;
// 0 outside.
static inline void sluice_window_line(
    const sluice_window *w, long size, const void *x, long plane, long t, long y, char *to, long bytes) {
  if (t < 0 || t >= w->size[0] || y < 0 || y >= w->size[1]) {
    memset(to, 0, (size_t)bytes);
    return;
  }
  long width = w->size[2] * size, before = w->padding[2] * size;
  if (before > bytes) before = bytes;
  long inside = bytes - before < width ? bytes - before : width;
  memset(to, 0, (size_t)before);
  memcpy(to + before, (const char *)x + ((plane * w->size[0] + t) * w->size[1] + y) * width, (size_t)inside);
  memset(to + before + inside, 0, (size_t)(bytes - before - inside));
}
