// The windows of a video as rows of a matrix, and back.
//
// What the windows of one line of the result see is copied to lines of zeros first: no window has borders there.
#include "window_lines.h"

static long number_size(bool is_bfloat16) { return is_bfloat16 ? 2 : 4; }

// Bytes that are moved for a run of `bytes`: whole vectors. What they write too much is written again.
static long moved(long bytes) { return bytes <= 16 ? 16 : bytes <= 32 ? 32 : bytes <= 64 ? 64 : bytes; }

static long line_bytes(const sluice_window *w, long size) {
  return (w->result[2] - 1) * w->stride[2] * size + moved(w->kernel[2] * size);
}

long sluice_unfold_room(const sluice_window *w, bool is_bfloat16, long runs) {
  return runs * line_bytes(w, number_size(is_bfloat16));
}

static void gather(
    const sluice_window *w, long size, const void *x, long first_run, long last_run, long line, char *to) {
  long bytes = line_bytes(w, size);
  long t = line / w->result[1] * w->stride[0] - w->padding[0], y = line % w->result[1] * w->stride[1] - w->padding[1];
  for (long run = first_run; run < last_run; run++, to += bytes) {
    long place = run / w->kernel[1];
    sluice_window_line(
        w, size, x, place / w->kernel[0], t + place % w->kernel[0], y + run % w->kernel[1], to, bytes);
  }
}

// Runs of `run` bytes from each of `lines` lines, one after the other, moved as `bytes`, for windows `step` bytes apart.
static inline __attribute__((always_inline)) char *copy_runs(
    const char *from, long apart, long lines, long step, long windows, long run, long bytes, char *to) {
  for (long window = 0; window < windows; window++) {
    const char *place = from + window * step;
    for (long line = 0; line < lines; line++, place += apart, to += run) memcpy(to, place, (size_t)bytes);
  }
  return to;
}

void sluice_unfold(
    const sluice_window *w, bool is_bfloat16, const void *x, void *rows, long first_run, long last_run, long from, long to,
    void *room) {
  long size = number_size(is_bfloat16), apart = line_bytes(w, size), lines = last_run - first_run;
  long step = w->stride[2] * size, run = w->kernel[2] * size, bytes = moved(run);
  // What a row writes too much has to fit into the next one.
  if (bytes - run > lines * run) bytes = 0;
  char *place = rows;
  for (long line = from; line < to; line++) {
    gather(w, size, x, first_run, last_run, line, room);
    // Nothing may be written behind the last row.
    long last = line == to - 1, windows = w->result[2] - last;
    switch (bytes) {
    case 16: place = copy_runs(room, apart, lines, step, windows, run, 16, place); break;
    case 32: place = copy_runs(room, apart, lines, step, windows, run, 32, place); break;
    case 64: place = copy_runs(room, apart, lines, step, windows, run, 64, place); break;
    default: place = copy_runs(room, apart, lines, step, windows, run, run, place);
    }
    if (last) copy_runs((char *)room + windows * step, apart, lines, step, 1, run, run, place);
  }
}

void sluice_fold(const sluice_window *w, const float *rows, float *x, long planes, long from, long to) {
  long plane = w->size[0] * w->size[1] * w->size[2], width = w->kernel[2];
  for (long line = from; line < to; line++) {
    long first_t = line / w->result[1] * w->stride[0] - w->padding[0];
    long first_y = line % w->result[1] * w->stride[1] - w->padding[1];
    for (long window = 0; window < w->result[2]; window++) {
      long left = window * w->stride[2] - w->padding[2];
      for (long p = 0; p < planes; p++) {
        for (long t = first_t; t < first_t + w->kernel[0]; t++) {
          for (long y = first_y; y < first_y + w->kernel[1]; y++, rows += width) {
            if (t < 0 || t >= w->size[0] || y < 0 || y >= w->size[1]) continue;
            float *to = x + p * plane + (t * w->size[1] + y) * w->size[2];
            for (long c = 0; c < width; c++) {
              if (left + c >= 0 && left + c < w->size[2]) to[left + c] += rows[c];
            }
          }
        }
      }
    }
  }
}
