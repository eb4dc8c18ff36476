#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "bfloat.h"
#include "cpu.h"

#if defined(__x86_64__) && defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>

// The kernel gives a process AMX registers only if it asks (Linux, Documentation/arch/x86/xstate.rst).
static bool may_use_tiles(void) {
  enum { request_permission = 0x1023, tile_data = 18 };
  return __builtin_cpu_supports("amx-bf16") && __builtin_cpu_supports("amx-tile") &&
      syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
}
#else
static bool may_use_tiles(void) { return false; }
#endif

static int detected(void) {
#if defined(__x86_64__)
  if (sluice_cpu_level() < SLUICE_CPU_AVX512 || !__builtin_cpu_supports("avx512bf16")) return SLUICE_BFLOAT_LOOPS;
  const char *wanted = getenv("SLUICE_CPU");
  if (wanted && strcmp(wanted, "avx512") == 0) return SLUICE_BFLOAT_AVX512;
  return may_use_tiles() ? SLUICE_BFLOAT_AMX : SLUICE_BFLOAT_AVX512;
#else
  return SLUICE_BFLOAT_LOOPS;
#endif
}

// -1: not asked yet. Two threads that ask first at the same time find the same answer.
static atomic_int known = -1;
static _Thread_local int thread_cap = SLUICE_BFLOAT_AMX;

int sluice_bfloat_level(void) {
  int level = atomic_load_explicit(&known, memory_order_relaxed);
  if (level < 0) {
    level = detected();
    atomic_store_explicit(&known, level, memory_order_relaxed);
  }
  return level < thread_cap ? level : thread_cap;
}

int sluice_bfloat_cap_thread(int level) {
  thread_cap = level;
  return sluice_bfloat_level();
}
