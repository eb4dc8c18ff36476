// Random numbers that belong to a key and an index.
#pragma once

#include <stddef.h>
#include <stdint.h>

// Standard normal numbers: out[i] is the same for equal keys, whatever `count` is and on all processors.
void sluice_normal_noise(uint64_t key, ptrdiff_t count, float *out);
