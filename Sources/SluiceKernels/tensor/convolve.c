// Convolutions whose windows overlap, on AVX-512: products of numbers where they are, for unfolding would multiply them. The
// sums of 14 windows side by side and 32 outputs stay in registers.
#include "bfloat_avx512.h"
#include "cpu.h"
#include "window_lines.h"

#if defined(__x86_64__)
#define WITH_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"), min_vector_width(512)))
#else
#define WITH_AVX512
#endif

typedef float lanes __attribute__((ext_vector_type(16), aligned(4)));

// Outputs of a panel of weights: a bias each, then the weights of each place of the kernel.
enum { outputs_of_panel = 32 };

static long panel_size(const sluice_window *w, long planes) {
  return (1 + planes * w->kernel[0] * w->kernel[1] * w->kernel[2]) * outputs_of_panel;
}

bool sluice_convolves(const sluice_window *w) {
  return sluice_cpu_level() >= SLUICE_CPU_AVX512 && (w->stride[1] < w->kernel[1] || w->stride[2] < w->kernel[2]);
}

long sluice_convolve_packed_count(const sluice_window *w, long planes, long outputs) {
  return (outputs + outputs_of_panel - 1) / outputs_of_panel * panel_size(w, planes);
}

void sluice_convolve_pack(
    const sluice_window *w, const float *weight, const float *bias, long planes, long outputs, float *packed) {
  long places = panel_size(w, planes) / outputs_of_panel - 1;
  for (long first = 0; first < outputs; first += outputs_of_panel) {
    for (long o = first; o < first + outputs_of_panel; o++) *packed++ = bias && o < outputs ? bias[o] : 0;
    for (long place = 0; place < places; place++) {
      for (long o = first; o < first + outputs_of_panel; o++) *packed++ = o < outputs ? weight[o * places + place] : 0;
    }
  }
}

// Lines of the result at a time, which share lines of the video.
enum { most_lines = 4 };

// Lines of the video in room: [plane][kernel time][line], `apart` numbers from line to line and `far` from time to time.
typedef struct {
  long apart, far, times, high, wide, step;
} layout;

static layout lay_out(const sluice_window *w, long planes) {
  layout at = {.times = planes * w->kernel[0], .high = w->kernel[1], .wide = w->kernel[2], .step = w->stride[2]};
  at.apart = ((w->result[2] - 1) * at.step + at.wide + 15) / 16 * 16;
  at.far = ((most_lines - 1) * w->stride[1] + at.high) * at.apart;
  return at;
}

#define CONVOLVE(ROWS) \
  WITH_AVX512 static void convolve_##ROWS( \
      const layout *at, const float *from, const float *weight, float *y, long stride, long columns) { \
    lanes low[ROWS], high[ROWS]; \
    _Pragma("clang loop unroll(full)") for (int r = 0; r < ROWS; r++) { \
      low[r] = *(const lanes *)weight; \
      high[r] = *(const lanes *)(weight + 16); \
    } \
    long step = at->step; \
    for (long time = 0; time < at->times; time++) { \
      for (long line = 0; line < at->high; line++) { \
        const float *place = from + time * at->far + line * at->apart; \
        _Pragma("clang loop unroll(disable)") for (long c = 0; c < at->wide; c++) { \
          weight += outputs_of_panel; \
          lanes first = *(const lanes *)weight, second = *(const lanes *)(weight + 16); \
          _Pragma("clang loop unroll(full)") for (int r = 0; r < ROWS; r++) { \
            lanes x = place[c + r * step]; \
            low[r] += x * first; \
            high[r] += x * second; \
          } \
        } \
      } \
    } \
    _Pragma("clang loop unroll(full)") for (int r = 0; r < ROWS; r++) { \
      if (columns >= outputs_of_panel) { \
        *(lanes *)(y + r * stride) = low[r]; \
        *(lanes *)(y + r * stride + 16) = high[r]; \
      } else { \
        lanes sums[2] = {low[r], high[r]}; \
        memcpy(y + r * stride, sums, (size_t)columns * sizeof *y); \
      } \
    } \
  }

CONVOLVE(1)
CONVOLVE(2)
CONVOLVE(3)
CONVOLVE(4)
CONVOLVE(5)
CONVOLVE(6)
CONVOLVE(7)
CONVOLVE(8)
CONVOLVE(9)
CONVOLVE(10)
CONVOLVE(11)
CONVOLVE(12)
CONVOLVE(13)
CONVOLVE(14)

static void (*const convolve[])(const layout *, const float *, const float *, float *, long, long) = {
    NULL,       convolve_1, convolve_2, convolve_3,  convolve_4,  convolve_5,  convolve_6,  convolve_7,
    convolve_8, convolve_9, convolve_10, convolve_11, convolve_12, convolve_13, convolve_14,
};

long sluice_convolve_room(const sluice_window *w, long planes) {
  layout at = lay_out(w, planes);
  return at.times * at.far * (long)sizeof(float);
}

void sluice_convolve(
    const sluice_window *w, const float *x, const float *packed, float *y, long planes, long outputs, long from, long to,
    void *room) {
  layout at = lay_out(w, planes);
  long across = w->result[2];
  for (long line = from, lines; line < to; line += lines) {
    // Of one time.
    lines = least(least(to - line, most_lines), w->result[1] - line % w->result[1]);
    long t = line / w->result[1] * w->stride[0] - w->padding[0], top = line % w->result[1] * w->stride[1] - w->padding[1];
    for (long time = 0; time < at.times; time++) {
      char *place = (char *)((float *)room + time * at.far);
      for (long row = 0; row < (lines - 1) * w->stride[1] + at.high; row++, place += at.apart * 4)
        sluice_window_line(w, 4, x, time / w->kernel[0], t + time % w->kernel[0], top + row, place, at.apart * 4);
    }
    for (long o = 0; o < outputs; o += outputs_of_panel) {
      const float *weight = packed + o / outputs_of_panel * panel_size(w, planes);
      for (long l = 0; l < lines; l++) {
        const float *place = (const float *)room + l * w->stride[1] * at.apart;
        for (long window = 0, count; window < across; window += count) {
          count = sluice_strip_rows(across - window);
          float *sums = y + ((line - from + l) * across + window) * outputs + o;
          convolve[count](&at, place + window * at.step, weight, sums, outputs, outputs - o);
        }
      }
    }
  }
}
