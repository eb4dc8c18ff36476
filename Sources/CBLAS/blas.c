#include "cblas_seam.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

// CBLAS constants (https://netlib.org/blas/cblas.h).
enum { row_major = 101, no_transpose = 111, transpose = 112 };

typedef void (*sgemm_function)(
    int, int, int, int, int, int, float, const float *, int, const float *, int, float, float *, int);

static pthread_once_t once = PTHREAD_ONCE_INIT;
static sgemm_function sgemm;
static const char *kernels = "";
static char problem[512];

static bool has_avx512(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512cd");
#else
  return false;
#endif
}

static void open_library(void) {
  if (has_avx512()) setenv("OPENBLAS_CORETYPE", "SKYLAKEX", 0);
  // Sluice's own team splits the work; more threads here would only spin.
  setenv("OPENBLAS_NUM_THREADS", "1", 1);
  void *library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    const char *why = dlerror();
    snprintf(
        problem, sizeof problem, "OpenBLAS cannot be loaded (%s). On Debian: apt install libopenblas0-pthread",
        why ? why : "no reason given");
    return;
  }
  sgemm = (sgemm_function)dlsym(library, "cblas_sgemm");
  if (!sgemm) {
    snprintf(problem, sizeof problem, "libopenblas.so.0 has no cblas_sgemm: it was built without CBLAS");
    return;
  }
  void (*set_threads)(int) = (void (*)(int))dlsym(library, "openblas_set_num_threads");
  if (set_threads) set_threads(1);
  char *(*name)(void) = (char *(*)(void))dlsym(library, "openblas_get_corename");
  if (name) kernels = name();
}

const char *sluice_blas_open(void) {
  pthread_once(&once, open_library);
  return problem[0] ? problem : NULL;
}

const char *sluice_blas_kernels(void) { return kernels; }

void sluice_blas_sgemm(
    bool transpose_a, bool transpose_b, long m, long n, long k, float alpha, const float *a, long lda, const float *b,
    long ldb, float beta, float *c, long ldc) {
  sgemm(
      row_major, transpose_a ? transpose : no_transpose, transpose_b ? transpose : no_transpose, (int)m, (int)n, (int)k,
      alpha, a, (int)lda, b, (int)ldb, beta, c, (int)ldc);
}
