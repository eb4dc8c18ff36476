// Which instructions the kernels may use on this processor.
#pragma once

// The levels, lowest first. AVX2 means with FMA; AVX-512 means F, BW, DQ and VL.
enum { SLUICE_CPU_PORTABLE = 0, SLUICE_CPU_AVX2 = 1, SLUICE_CPU_AVX512 = 2 };

// The level in use: the processor's, or what the environment variable SLUICE_CPU (portable, avx2, avx512) caps it to.
int sluice_cpu_level(void);

// Caps the level on the calling thread, for tests that run one kernel in each variant; SLUICE_CPU_AVX512 lifts the cap.
// Returns the level now in use.
int sluice_cpu_cap_thread(int level);
