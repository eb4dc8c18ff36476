// One body of code compiled for each processor level, and the choice between them. Private to the kernels.
#pragma once

#include "cpu.h"

#define SLUICE_INLINE static inline __attribute__((always_inline))

#if defined(__x86_64__)
#include <immintrin.h>
#define SLUICE_X86 1
#define SLUICE_AVX2 __attribute__((target("avx2,fma")))
#define SLUICE_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")))
#endif

// Calls the variant of `name` for this processor; the variants are name_portable, name_avx2 and name_avx512.
#if SLUICE_X86
#define SLUICE_DISPATCH(name, arguments)                    \
  switch (sluice_cpu_level()) {                             \
    case SLUICE_CPU_AVX512: return name##_avx512 arguments; \
    case SLUICE_CPU_AVX2: return name##_avx2 arguments;     \
    default: return name##_portable arguments;              \
  }
#else
#define SLUICE_DISPATCH(name, arguments) return name##_portable arguments;
#endif

// Defines `linkage void name parameters` and its variants from an always-inlined `name##_body`, which the compiler
// vectorises anew for each level; `linkage` is static or empty.
#if SLUICE_X86
#define SLUICE_VARIANTS(linkage, name, parameters, arguments)                      \
  static void name##_portable parameters { name##_body arguments; }       \
  SLUICE_AVX2 static void name##_avx2 parameters { name##_body arguments; } \
  SLUICE_AVX512 static void name##_avx512 parameters { name##_body arguments; } \
  linkage void name parameters { SLUICE_DISPATCH(name, arguments) }
#else
#define SLUICE_VARIANTS(linkage, name, parameters, arguments)                \
  static void name##_portable parameters { name##_body arguments; } \
  linkage void name parameters { SLUICE_DISPATCH(name, arguments) }
#endif
