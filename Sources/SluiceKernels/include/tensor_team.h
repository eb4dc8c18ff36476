// A team of threads that shares the chunks of one piece of work and sleeps in between.
#pragma once

typedef struct sluice_team sluice_team;

// A team of the calling thread and threads - 1 helpers; NULL if the system refuses them.
sluice_team *sluice_team_create(int threads);

// Ends the helpers. No run may be under way.
void sluice_team_destroy(sluice_team *team);

// Calls body(context, i) for each i in 0 ..< chunks, each once, in any order and on any thread of the team; returns when
// all are done. While another run is under way, or inside one, the caller does all chunks itself.
void sluice_team_run(sluice_team *team, long chunks, void (*body)(void *context, long chunk), void *context);
