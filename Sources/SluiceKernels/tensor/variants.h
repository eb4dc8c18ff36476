// Builds one file of kernels three times: for any processor, for AVX2 and for AVX-512.
//
// A file `x.c` defines KERNELS as the name of its loops' file, `"x.inc"`, and includes this header. There, V(name) is the
// variant's own name of `name`, and ALONG asks for vectors: numbers of a loop may be written where they were read, but not
// where others are still to be read. DISPATCH(name, arguments) calls the right one.
#pragma once

#include "cpu.h"

#define ALONG _Pragma("clang loop vectorize(assume_safety) interleave(enable)")
#define PASTE(name, suffix) name##_##suffix
#define SUFFIXED(name, suffix) PASTE(name, suffix)

// Sums in loops may be taken in any order, products and sums fused; both are still one fixed order for each variant.
#pragma clang fp reassociate(on) contract(fast)

#define V(name) SUFFIXED(name, portable)
#include KERNELS
#undef V

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define V(name) SUFFIXED(name, avx2)
#include KERNELS
#undef V
#pragma clang attribute pop

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c"), min_vector_width(512))), \
    apply_to = function)
#define V(name) SUFFIXED(name, avx512)
#include KERNELS
#undef V
#pragma clang attribute pop

#define DISPATCH(name, ...) \
  (sluice_cpu_level() >= SLUICE_CPU_AVX512 ? name##_avx512(__VA_ARGS__) \
   : sluice_cpu_level() >= SLUICE_CPU_AVX2 ? name##_avx2(__VA_ARGS__) \
                                           : name##_portable(__VA_ARGS__))
#else
#define DISPATCH(name, ...) name##_portable(__VA_ARGS__)
#endif
