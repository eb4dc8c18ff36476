// Threads that share chunks: each chunk once, also from within a chunk and for no chunks at all.
#include <stdatomic.h>
#include <stdlib.h>

#include "checks.h"

enum { most = 1000 };
typedef struct {
  sluice_team *team;
  atomic_int counts[most], inner;
} tally;

static void count_inner(void *context, long chunk) {
  tally *t = context;
  atomic_fetch_add(&t->inner, (int)chunk + 1);
}

static void count(void *context, long chunk) {
  tally *t = context;
  atomic_fetch_add(&t->counts[chunk], 1);
  if (chunk % 100 == 0) sluice_team_run(t->team, 4, count_inner, t);
}

void check_team(void) {
  for (int threads = 0; threads <= 4; threads++) {
    sluice_team *team = sluice_team_create(threads);
    EXPECT(team != NULL, "no team of %d", threads);
    if (team == NULL) continue;
    for (long chunks = 0; chunks <= most; chunks += chunks < 5 ? 1 : 199) {
      tally *t = calloc(1, sizeof *t);
      if (t == NULL) abort();
      t->team = team;
      sluice_team_run(team, chunks, count, t);
      long once = 0;
      for (int i = 0; i < most; i++) once += t->counts[i] == (i < chunks);
      EXPECT(once == most && t->inner == 10 * ((chunks + 99) / 100), "%ld chunks on %d threads", chunks, threads);
      free(t);
    }
    sluice_team_destroy(team);
  }
}
