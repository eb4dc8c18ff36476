// Memory that a product asks for while it multiplies. Asked for at once, most of it would not come.
#pragma once
#include <stddef.h>

// Where: with each of the product's first `blocks` blocks `stride` bytes further, and within a block in 16 steps of
// `spread` bytes.
typedef struct {
  const char *start;
  long spread, stride, blocks;
} sluice_soon;

// Runs of `length` bytes, `stride` bytes apart, to be asked for in equal shares.
typedef struct {
  const char *run;
  long at, length, stride, share;
  sluice_soon pace;  // of one share
} coming;

static inline coming begin(const void *start, long stride, long length, long count, long shares, long blocks) {
  coming all = {.run = start, .length = length, .stride = stride, .share = count * length / shares + 1};
  if (all.share > length) {
    all.pace = (sluice_soon){NULL, length / 16, stride, all.share / length + 1};  // a run with each block
  } else {
    all.pace = (sluice_soon){NULL, all.share / blocks / 16 + 1, all.share / blocks + 1, blocks};
  }
  return all;
}

static inline sluice_soon next_share(coming *all) {
  sluice_soon share = all->pace;
  share.start = all->run + all->at;
  for (all->at += all->share; all->at >= all->length; all->at -= all->length) all->run += all->stride;
  return share;
}
