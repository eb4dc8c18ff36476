// Runs the kernels on odd sizes, odd places and odd numbers, in every variant the processor has. Compiled with the
// sanitizers for undefined behaviour and addresses by Tests/run.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "checks.h"

const int lengths[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 63, 64, 65, 100, 129, 257, 515};
_Static_assert(sizeof lengths / sizeof *lengths == length_count, "all lengths");

static const char *running;
static long expected, failed;

void expect(bool holds, const char *file, int line, const char *format, ...) {
  expected++;
  if (holds || ++failed > 20) return;
  fprintf(stderr, "%s:%d: %s, level %d: ", file, line, running, sluice_cpu_level());
  va_list arguments;
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fputc('\n', stderr);
}

static uint64_t state = 1;

// - Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
static uint64_t next(void) {
  uint64_t z = state += 0x9e3779b97f4a7c15;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

long draw(long low, long high) { return low + (long)(next() % (uint64_t)(high - low + 1)); }

static void *taken[4096];
static int taken_count;

static void *keep(void *memory) {
  if (memory == NULL || taken_count == 4096) abort();
  return taken[taken_count++] = memory;
}

static void *room(long count, long element) {
  long offset = draw(0, 15) * element;
  uint8_t *start = keep(malloc((size_t)(count * element + offset)));
  memset(start, 0xA5, (size_t)(count * element + offset));
  return start + offset;
}

uint8_t *bytes(long count) { return room(count, 1); }
unsigned short *shorts(long count) { return room(count, sizeof(short)); }
float *floats(long count) { return room(count, sizeof(float)); }

void *aligned(long size) {
  void *start;
  if (posix_memalign(&start, 64, (size_t)size) != 0) abort();
  memset(start, 0xA5, (size_t)size);
  return keep(start);
}

double *doubles(long count) { return memset(aligned(count * (long)sizeof(double)), 0, (size_t)count * sizeof(double)); }

uint8_t *copied_bytes(const uint8_t *from, long count) { return memcpy(bytes(count), from, (size_t)count); }
unsigned short *copied_shorts(const unsigned short *from, long count) {
  return memcpy(shorts(count), from, (size_t)count * sizeof *from);
}
float *copied(const float *from, long count) { return memcpy(floats(count), from, (size_t)count * sizeof *from); }

void release(void) {
  while (taken_count > 0) free(taken[--taken_count]);
}

uint8_t *noise(long count) {
  uint8_t *to = bytes(count);
  for (long i = 0; i < count; i++) to[i] = (uint8_t)next();
  return to;
}

float *numbers(long count) {
  float *to = floats(count);
  for (long i = 0; i < count; i++) to[i] = (float)(int64_t)next() * 0x1p-63f;
  return to;
}

float *strange(long count) {
  static const float odd[] = {NAN, -NAN, INFINITY, -INFINITY, 0, -0.0f, 1e-45f, -1e-40f, 3.4e38f, -3.4e38f, 1e30f};
  float *to = numbers(count);
  for (long i = 0; i < count; i++)
    if (next() & 1) to[i] = odd[draw(0, sizeof odd / sizeof *odd - 1)];
  return to;
}

float widened(unsigned short x) {
  uint32_t bits = (uint32_t)x << 16;
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

bool on_level(int level) { return sluice_cpu_cap_thread(level) == level; }

bool same(const float *a, const float *b, long count) {
  for (long i = 0; i < count; i++)
    if (memcmp(a + i, b + i, sizeof *a) != 0 && !(isnan(a[i]) && isnan(b[i]))) return false;
  return true;
}

bool near(const float *found, const double *wanted, long count, double limit, double scale) {
  for (long i = 0; i < count; i++) scale = fmax(scale, fabs(wanted[i]));
  for (long i = 0; i < count; i++)
    if (!(fabs(found[i] - wanted[i]) <= limit * scale)) return false;
  return true;
}

int main(void) {
  static const struct {
    const char *name;
    void (*body)(void);
  } checks[] = {
      {"pictures", check_pictures}, {"colors", check_colors}, {"libraries", check_libraries},
      {"shards", check_shards},     {"rows", check_rows},
      {"windows", check_windows},   {"products", check_products}, {"team", check_team},
      {"short attention", check_short_attention},
  };
  sluice_bfloat_level();  // found out for good by the first who asks, so before any level is capped
  for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
    running = checks[i].name;
    checks[i].body();
    release();
    on_level(SLUICE_CPU_AVX512);
  }
  printf("kernels up to level %d, bfloat16 up to %d: %ld comparisons, %ld failed\n", sluice_cpu_level(),
         sluice_bfloat_level(), expected, failed);
  return failed > 0;
}
