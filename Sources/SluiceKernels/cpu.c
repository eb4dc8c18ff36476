#include "cpu.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static int detected(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return SLUICE_CPU_PORTABLE;
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
      !__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512vl"))
    return SLUICE_CPU_AVX2;
  return SLUICE_CPU_AVX512;
#else
  return SLUICE_CPU_PORTABLE;
#endif
}

static int capped_by_user(int level) {
  const char *wanted = getenv("SLUICE_CPU");
  if (wanted == NULL) return level;
  int cap = level;
  if (strcmp(wanted, "portable") == 0) cap = SLUICE_CPU_PORTABLE;
  if (strcmp(wanted, "avx2") == 0) cap = SLUICE_CPU_AVX2;
  return cap < level ? cap : level;
}

// -1: not asked yet. Two threads that ask first at the same time find the same answer.
static atomic_int known = -1;
static _Thread_local int thread_cap = SLUICE_CPU_AVX512;

int sluice_cpu_level(void) {
  int level = atomic_load_explicit(&known, memory_order_relaxed);
  if (level < 0) {
    level = capped_by_user(detected());
    atomic_store_explicit(&known, level, memory_order_relaxed);
  }
  return level < thread_cap ? level : thread_cap;
}

int sluice_cpu_cap_thread(int level) {
  thread_cap = level;
  return sluice_cpu_level();
}
