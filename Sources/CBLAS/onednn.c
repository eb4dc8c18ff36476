#include "onednn_seam.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// The part of oneDNN's C interface, version 2, that is used (https://oneapi-src.github.io/oneDNN/v2/). Descriptors are
// filled by the library; the room given is several times what it needs.
typedef struct {
  _Alignas(16) char bytes[4096];
} memory_descriptor;
typedef struct {
  _Alignas(16) char bytes[16384];
} operation_descriptor;
typedef struct {
  int argument;
  void *memory;
} execution_argument;
enum { bfloat16 = 2, float32 = 3, cpu_engine = 1, default_stream = 1 };
// The bit of AVX512_BF16 in dnnl_cpu_isa_t; the library answers less where DNNL_MAX_CPU_ISA caps it.
enum { instruction_bfloat16 = 0x80 };
enum { argument_source = 1, argument_result = 17, argument_weights = 33, argument_bias = 41 };

static struct {
  int (*sgemm)(char, char, long, long, long, float, const float *, long, const float *, long, float, float *, long);
  int (*engine_create)(void **, int, size_t);
  int (*stream_create)(void **, void *, unsigned);
  int (*memory_desc_init_by_strides)(void *, int, const int64_t *, int, const int64_t *);
  int (*matmul_desc_init)(void *, const void *, const void *, const void *, const void *);
  int (*primitive_attr_create)(void **);
  int (*primitive_attr_destroy)(void *);
  int (*post_ops_create)(void **);
  int (*post_ops_append_sum)(void *, float);
  int (*post_ops_destroy)(void *);
  int (*primitive_attr_set_post_ops)(void *, const void *);
  int (*primitive_desc_create)(void **, const void *, const void *, void *, const void *);
  int (*primitive_desc_destroy)(void *);
  int (*primitive_create)(void **, const void *);
  int (*primitive_execute)(const void *, void *, int, const execution_argument *);
  int (*memory_create)(void **, const void *, void *, void *);
  int (*memory_destroy)(void *);
  int (*get_effective_cpu_isa)(void);
  void (*omp_set_num_threads)(int);
} dnn;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool is_open;
static void *engine;

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
  if (!library) return;
#define FIND(name) find(library, "dnnl_" #name, &dnn.name)
  bool found = FIND(sgemm) && FIND(engine_create) && FIND(stream_create) && FIND(memory_desc_init_by_strides) &&
      FIND(matmul_desc_init) && FIND(primitive_attr_create) && FIND(primitive_attr_destroy) && FIND(post_ops_create) &&
      FIND(post_ops_append_sum) && FIND(post_ops_destroy) && FIND(primitive_attr_set_post_ops) &&
      FIND(primitive_desc_create) && FIND(primitive_desc_destroy) && FIND(primitive_create) && FIND(primitive_execute) &&
      FIND(memory_create) && FIND(memory_destroy) && FIND(get_effective_cpu_isa);
#undef FIND
  if (!found || dnn.engine_create(&engine, cpu_engine, 0) != 0) return;
  find(library, "omp_set_num_threads", &dnn.omp_set_num_threads);
  is_open = true;
}

bool sluice_dnn_open(void) {
  pthread_once(&once, open_library);
  return is_open;
}

// Another library may have loaded OpenMP before its variable was set; what is set here holds for the calling thread.
static void alone(void) {
  if (dnn.omp_set_num_threads) dnn.omp_set_num_threads(1);
}

void sluice_dnn_sgemm(
    bool transpose_a, bool transpose_b, long m, long n, long k, float alpha, const float *a, long lda, const float *b,
    long ldb, float beta, float *c, long ldc) {
  alone();
  dnn.sgemm(transpose_a ? 'T' : 'N', transpose_b ? 'T' : 'N', m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

bool sluice_dnn_has_bfloat16(void) {
  if (!sluice_dnn_open()) return false;
  return (dnn.get_effective_cpu_isa() & instruction_bfloat16) != 0;
}

typedef struct {
  long m, n, k, lda, ldb, ldc;
  int flags;
} product_key;

typedef struct product {
  product_key key;
  void *primitive;
  memory_descriptor a, b, c, bias;
  struct product *next;
} product;

enum { buckets = 1024 };
static pthread_mutex_t products_lock = PTHREAD_MUTEX_INITIALIZER;
static product *products[buckets];
static _Thread_local void *stream;

static bool describe(memory_descriptor *memory, bool transposed, long rows, long columns, long stride, int type) {
  int64_t dimensions[2] = {rows, columns}, strides[2] = {transposed ? 1 : stride, transposed ? stride : 1};
  return dnn.memory_desc_init_by_strides(memory, 2, dimensions, type, strides) == 0;
}

static product *make(const product_key *key) {
  bool transpose_a = key->flags & 1, transpose_b = key->flags & 2, has_bias = key->flags & 4;
  bool accumulate = key->flags & 8, is_float = key->flags & 16;
  product *made = calloc(1, sizeof *made);
  operation_descriptor operation;
  void *attributes = NULL, *extras = NULL, *description = NULL;
  if (!made) return NULL;
  made->key = *key;
  bool good = describe(&made->a, transpose_a, key->m, key->k, key->lda, bfloat16) &&
      describe(&made->b, transpose_b, key->k, key->n, key->ldb, bfloat16) &&
      describe(&made->c, false, key->m, key->n, key->ldc, is_float ? float32 : bfloat16) &&
      describe(&made->bias, false, 1, key->n, key->n, float32) &&
      dnn.matmul_desc_init(&operation, &made->a, &made->b, has_bias ? &made->bias : NULL, &made->c) == 0 &&
      dnn.primitive_attr_create(&attributes) == 0;
  if (good && accumulate) {
    good = dnn.post_ops_create(&extras) == 0 && dnn.post_ops_append_sum(extras, 1) == 0 &&
        dnn.primitive_attr_set_post_ops(attributes, extras) == 0;
    if (extras) dnn.post_ops_destroy(extras);
  }
  good = good && dnn.primitive_desc_create(&description, &operation, attributes, engine, NULL) == 0 &&
      dnn.primitive_create(&made->primitive, description) == 0;
  if (description) dnn.primitive_desc_destroy(description);
  if (attributes) dnn.primitive_attr_destroy(attributes);
  if (good) return made;
  free(made);
  return NULL;
}

static const product *known(const product_key *key) {
  unsigned long hash = 0;
  const long parts[7] = {key->m, key->n, key->k, key->lda, key->ldb, key->ldc, key->flags};
  for (int i = 0; i < 7; i++) hash = (hash ^ (unsigned long)parts[i]) * 0x100000001B3ul;
  product **bucket = &products[(hash >> 20) % buckets];
  pthread_mutex_lock(&products_lock);
  product *found = *bucket;
  while (found && memcmp(&found->key, key, sizeof *key) != 0) found = found->next;
  if (!found) {
    found = make(key);
    if (found) {
      found->next = *bucket;
      *bucket = found;
    }
  }
  pthread_mutex_unlock(&products_lock);
  return found;
}

bool sluice_dnn_matmul(
    bool transpose_a, bool transpose_b, long m, long n, long k, const void *a, long lda, const void *b, long ldb,
    const float *bias, bool accumulate, bool c_is_float, void *c, long ldc) {
  product_key key;
  memset(&key, 0, sizeof key);
  key.m = m, key.n = n, key.k = k, key.lda = lda, key.ldb = ldb, key.ldc = ldc;
  key.flags = transpose_a | transpose_b << 1 | (bias != NULL) << 2 | accumulate << 3 | c_is_float << 4;
  const product *product = known(&key);
  if (!product || (!stream && dnn.stream_create(&stream, engine, default_stream) != 0)) return false;
  void *memory[4] = {NULL, NULL, NULL, NULL};
  bool good = dnn.memory_create(&memory[0], &product->a, engine, (void *)a) == 0 &&
      dnn.memory_create(&memory[1], &product->b, engine, (void *)b) == 0 &&
      dnn.memory_create(&memory[2], &product->c, engine, c) == 0 &&
      (!bias || dnn.memory_create(&memory[3], &product->bias, engine, (void *)bias) == 0);
  if (good) {
    const execution_argument arguments[4] = {
        {argument_source, memory[0]}, {argument_weights, memory[1]}, {argument_result, memory[2]}, {argument_bias, memory[3]}};
    alone();
    good = dnn.primitive_execute(product->primitive, stream, bias ? 4 : 3, arguments) == 0;
  }
  for (int i = 0; i < 4; i++) {
    if (memory[i]) dnn.memory_destroy(memory[i]);
  }
  return good;
}
