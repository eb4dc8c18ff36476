#include "onednn_seam.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

// The part of oneDNN's C interface, version 2, that is used (https://oneapi-src.github.io/oneDNN/v2/).
static struct {
  int (*sgemm)(char, char, long, long, long, float, const float *, long, const float *, long, float, float *, long);
  void (*omp_set_num_threads)(int);
} dnn;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool is_open;

static bool find(void *library, const char *name, void *place) {
  void *symbol = dlsym(library, name);
  memcpy(place, &symbol, sizeof symbol);
  return symbol != NULL;
}

static void open_library(void) {
  const char *wanted = getenv("SLUICE_ONEDNN");
  if (wanted && strcmp(wanted, "off") == 0) return;
  // Read when the OpenMP library is loaded: no helpers that would spin beside Sluice's own team.
  setenv("OMP_NUM_THREADS", "1", 1);
  void *library = dlopen("libdnnl.so.2", RTLD_NOW | RTLD_LOCAL);
  if (!library || !find(library, "dnnl_sgemm", &dnn.sgemm)) return;
  find(library, "omp_set_num_threads", &dnn.omp_set_num_threads);
  is_open = true;
}

bool sluice_dnn_open(void) {
  pthread_once(&once, open_library);
  return is_open;
}

void sluice_dnn_sgemm(
    bool transpose_a, bool transpose_b, long m, long n, long k, float alpha, const float *a, long lda, const float *b,
    long ldb, float beta, float *c, long ldc) {
  // Another library may have loaded OpenMP before its variable was set; what is set here holds for the calling thread.
  if (dnn.omp_set_num_threads) dnn.omp_set_num_threads(1);
  dnn.sgemm(transpose_a ? 'T' : 'N', transpose_b ? 'T' : 'N', m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}
