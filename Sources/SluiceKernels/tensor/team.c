#include "tensor_team.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

// How often a thread looks again before it sleeps: some 20 µs, less than a wake-up costs.
enum { patience = 300 };

struct sluice_team {
  pthread_mutex_t owner;  // held by the run under way
  pthread_mutex_t lock;   // guards all below that is not atomic
  pthread_cond_t wake, done;
  atomic_long next;
  atomic_ulong round;
  atomic_int inside;  // helpers that work on this round
  bool open, stopping;
  long chunks;
  void (*body)(void *, long);
  void *context;
  int helpers;
  pthread_t handles[];
};

static void breathe(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

// Numbers too small for full precision count as 0 while a chunk runs: softmax weights and second moments are full of
// them, and many processors need a hundred times as long for each.
static unsigned flush(void) {
#if defined(__x86_64__)
  unsigned before = __builtin_ia32_stmxcsr();
  __builtin_ia32_ldmxcsr(before | 0x8040);
  return before;
#else
  return 0;
#endif
}

static void restore(unsigned before) {
#if defined(__x86_64__)
  __builtin_ia32_ldmxcsr(before);
#else
  (void)before;
#endif
}

static void work(sluice_team *team, long chunks, void (*body)(void *, long), void *context) {
  for (;;) {
    long chunk = atomic_fetch_add_explicit(&team->next, 1, memory_order_relaxed);
    if (chunk >= chunks) return;
    body(context, chunk);
  }
}

static void *help(void *argument) {
  sluice_team *team = argument;
  flush();
  unsigned long seen = 0;
  for (;;) {
    for (int look = 0; look < patience && atomic_load_explicit(&team->round, memory_order_relaxed) == seen; look++)
      breathe();
    pthread_mutex_lock(&team->lock);
    while (atomic_load_explicit(&team->round, memory_order_relaxed) == seen && !team->stopping)
      pthread_cond_wait(&team->wake, &team->lock);
    if (team->stopping) {
      pthread_mutex_unlock(&team->lock);
      return NULL;
    }
    seen = atomic_load_explicit(&team->round, memory_order_relaxed);
    bool joins = team->open;  // a round that is over is none of ours
    long chunks = team->chunks;
    void (*body)(void *, long) = team->body;
    void *context = team->context;
    if (joins) atomic_fetch_add_explicit(&team->inside, 1, memory_order_relaxed);
    pthread_mutex_unlock(&team->lock);
    if (!joins) continue;
    work(team, chunks, body, context);
    // Release: what the chunks wrote is visible to a caller that sees the lower count.
    if (atomic_fetch_sub_explicit(&team->inside, 1, memory_order_release) == 1) {
      pthread_mutex_lock(&team->lock);
      pthread_cond_signal(&team->done);
      pthread_mutex_unlock(&team->lock);
    }
  }
}

sluice_team *sluice_team_create(int threads) {
  int helpers = threads > 1 ? threads - 1 : 0;
  sluice_team *team = calloc(1, sizeof *team + (size_t)helpers * sizeof(pthread_t));
  if (!team) return NULL;
  pthread_mutex_init(&team->owner, NULL);
  pthread_mutex_init(&team->lock, NULL);
  pthread_cond_init(&team->wake, NULL);
  pthread_cond_init(&team->done, NULL);
  for (; team->helpers < helpers; team->helpers++) {
    if (pthread_create(&team->handles[team->helpers], NULL, help, team) == 0) {
      pthread_setname_np(team->handles[team->helpers], "sluice-compute");
      continue;
    }
    sluice_team_destroy(team);
    return NULL;
  }
  return team;
}

void sluice_team_destroy(sluice_team *team) {
  pthread_mutex_lock(&team->lock);
  team->stopping = true;
  pthread_cond_broadcast(&team->wake);
  pthread_mutex_unlock(&team->lock);
  for (int i = 0; i < team->helpers; i++) pthread_join(team->handles[i], NULL);
  pthread_cond_destroy(&team->done);
  pthread_cond_destroy(&team->wake);
  pthread_mutex_destroy(&team->lock);
  pthread_mutex_destroy(&team->owner);
  free(team);
}

void sluice_team_run(sluice_team *team, long chunks, void (*body)(void *, long), void *context) {
  if (chunks <= 1 || team->helpers == 0 || pthread_mutex_trylock(&team->owner) != 0) {
    unsigned mode = flush();
    for (long chunk = 0; chunk < chunks; chunk++) body(context, chunk);
    restore(mode);
    return;
  }
  pthread_mutex_lock(&team->lock);
  team->chunks = chunks;
  team->body = body;
  team->context = context;
  team->open = true;
  atomic_store_explicit(&team->next, 0, memory_order_relaxed);
  atomic_fetch_add_explicit(&team->round, 1, memory_order_relaxed);
  pthread_cond_broadcast(&team->wake);
  pthread_mutex_unlock(&team->lock);
  unsigned mode = flush();
  work(team, chunks, body, context);
  restore(mode);
  for (int look = 0; look < patience && atomic_load_explicit(&team->inside, memory_order_acquire) > 0; look++) breathe();
  pthread_mutex_lock(&team->lock);
  team->open = false;  // from here on nobody joins
  while (atomic_load_explicit(&team->inside, memory_order_acquire) > 0) pthread_cond_wait(&team->done, &team->lock);
  pthread_mutex_unlock(&team->lock);
  pthread_mutex_unlock(&team->owner);
}
