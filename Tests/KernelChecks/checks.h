// What the checks of the kernels share: buffers that end where they should, numbers from a seed, comparisons.
#pragma once

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "sluice_kernels.h"

// Memory with nothing after its last byte, so that the address sanitizer sees each byte too many. It begins at an odd
// multiple of an element, a different one each time, and holds rubbish. `release` gives all of it back.
uint8_t *bytes(long count);
float *floats(long count);
unsigned short *shorts(long count);
// The same at a multiple of 64 bytes.
void *aligned(long size);
// What loops of the checks' own come to, zeros at first.
double *doubles(long count);
// Copies.
uint8_t *copied_bytes(const uint8_t *from, long count);
unsigned short *copied_shorts(const unsigned short *from, long count);
float *copied(const float *from, long count);
void release(void);

// Numbers in low ... high.
long draw(long low, long high);
// Bytes of all values, numbers in -1 ... 1, and numbers of which some are none, infinite, tiny or huge.
uint8_t *noise(long count);
float *numbers(long count);
float *strange(long count);

// The number that a bfloat16 is.
float widened(unsigned short x);

// Whether kernels run on this level (of cpu.h) from here on; false where the processor or SLUICE_CPU has no such level.
bool on_level(int level);
// All levels, lowest first.
#define EACH_LEVEL(level) \
  for (int level = SLUICE_CPU_PORTABLE; level <= SLUICE_CPU_AVX512; level++) \
    if (on_level(level))

// Complains if `holds` is false, naming the check and the place.
#define EXPECT(holds, ...) expect(holds, __FILE__, __LINE__, __VA_ARGS__)
__attribute__((format(printf, 4, 5))) void expect(bool holds, const char *file, int line, const char *format, ...);

// Bits are equal, or neither is a number.
bool same(const float *a, const float *b, long count);
// Differences are within `limit` times the largest of `wanted`, or times `scale` where that is more.
bool near(const float *found, const double *wanted, long count, double limit, double scale);

// The numbers that make lengths odd for vectors of 4 ... 64.
extern const int lengths[];
enum { length_count = 23 };

// A file of checks each.
void check_pictures(void);
void check_colors(void);
void check_libraries(void);
void check_shards(void);
void check_rows(void);
void check_windows(void);
void check_products(void);
void check_short_attention(void);
void check_team(void);
