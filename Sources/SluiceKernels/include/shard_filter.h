// The reversible filter of frame shards: a plane becomes four streams of residuals, and back.
//
// A residual is x - left - above + aboveLeft modulo 256 (samples outside the plane are 0), or less of it where the
// filter leaves out what is left or above. Its class depends on how
// much the row above stirs: the activity of column x is min(255, |r[x-2]| + ... + |r[x+2]|) over the residuals of the
// row above taken as signed bytes (0 outside), and the class is the number of limits the activity exceeds. Each class
// is a stream of its own, so that an entropy coder sees four even distributions instead of one mixed one.
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { SLUICE_SHARD_CLASSES = 4, SLUICE_SHARD_SLACK = 128 };

// What a filter leaves out, to be added up: 0 is the whole gradient.
enum { SLUICE_SHARD_NOT_LEFT = 1, SLUICE_SHARD_NOT_ABOVE = 2 };

// Writes the residuals of a plane, rows of `width` bytes without gaps. There must be SLUICE_SHARD_SLACK writable bytes
// after the last.
void sluice_shard_residuals(
    const uint8_t *plane, ptrdiff_t stride, int width, int height, int left_out, uint8_t *residuals);

// Adds to `counts` how often each activity occurs; looks at every eighth row.
void sluice_shard_activities(const uint8_t *residuals, int width, int height, uint32_t counts[256]);

// Appends every residual to the stream of its class and moves the stream's pointer. Each stream must have room for all
// residuals and SLUICE_SHARD_SLACK bytes more.
void sluice_shard_split(const uint8_t *residuals, int width, int height, const uint8_t limits[3], uint8_t *streams[4]);

// Undoes both: takes the residuals from the streams, moves their pointers and writes the plane. Reads up to `width` +
// SLUICE_SHARD_SLACK bytes past a stream's end. Returns 0, or -1 if a stream ends too early (the plane is then garbage)
// or there is no memory.
int sluice_shard_join(
    const uint8_t *streams[4], const uint8_t *const ends[4], const uint8_t limits[3], int left_out, uint8_t *plane,
    ptrdiff_t stride, int width, int height);

// How many residuals are in -7...7 as signed bytes.
size_t sluice_shard_count_small(const uint8_t *residuals, size_t count);

// Packs two residuals into a byte, the first in the low half: -7...7 as four bits in two's complement, 8 for any other,
// which is appended whole to `escapes` (whose pointer moves). An odd last one is paired with 0. Writes (count + 1) / 2
// bytes to `packed` and up to SLUICE_SHARD_SLACK bytes of rubbish after them; `escapes` must have room for `count` and
// SLUICE_SHARD_SLACK more.
void sluice_shard_pack(const uint8_t *residuals, size_t count, uint8_t *packed, uint8_t **escapes);

// The inverse; `escapes` is moved on up to `end`. Reads up to SLUICE_SHARD_SLACK bytes past (count + 1) / 2 and past
// `end`, and writes as many past `count`. Returns 0, or -1 if the escapes end too early.
int sluice_shard_unpack(
    const uint8_t *packed, size_t count, uint8_t *residuals, const uint8_t **escapes, const uint8_t *end);

// CRC-32 (IEEE 802.3, as in zlib) of `bytes` continuing `crc`, which is 0 at the beginning.
uint32_t sluice_crc32(uint32_t crc, const uint8_t *bytes, size_t count);

// Where `pattern` begins for the first time in `bytes`, or -1.
ptrdiff_t sluice_find(const uint8_t *bytes, size_t count, const uint8_t *pattern, size_t length);

// Divides every sample by `step` (2...128), rounded to nearest, at most 255 / step.
void sluice_shard_quantize(const uint8_t *samples, size_t count, int step, uint8_t *levels);

// Multiplies every sample by `step`, modulo 256.
void sluice_shard_rescale(uint8_t *samples, size_t count, int step);

// Takes pixels of R, G, B apart into the planes G, R - G and B - G (modulo 256), without gaps; and the inverse.
void sluice_shard_rgb_apart(const uint8_t *rgb, size_t pixels, uint8_t *green, uint8_t *red, uint8_t *blue);
void sluice_shard_rgb_together(
    const uint8_t *green, const uint8_t *red, const uint8_t *blue, size_t pixels, uint8_t *rgb);
