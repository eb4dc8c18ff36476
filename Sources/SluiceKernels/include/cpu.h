// Which instructions the kernels may use on this processor.
#pragma once

// The levels, lowest first. AVX2 means with FMA; AVX-512 means F, BW, DQ and VL.
enum { SLUICE_CPU_PORTABLE = 0, SLUICE_CPU_AVX2 = 1, SLUICE_CPU_AVX512 = 2 };

// The level in use: the processor's, or what the environment variable SLUICE_CPU (portable, avx2, avx512) caps it to.
int sluice_cpu_level(void);

// Lowers the level for this process, for tests of each variant; negative: back to the processor's. Returns what is now
// in use. Not to be called while kernels run.
int sluice_cpu_cap(int level);
