// FFmpeg's libraries, opened at the first call instead of when the program starts: with what they depend on they are
// some sixty files, which a command that reads no video need not pay for.

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

// The definitions below have the names that FFmpeg's headers declare; they are seen inside the program only.
#pragma GCC visibility push(hidden)
#include "ffmpeg_shim.h"
#include "functions.h"

enum library { avutil, avcodec, avformat, swscale, libraries };

// The names under which the versions of the headers install themselves.
#define SONAME(name, version) "lib" #name ".so." AV_STRINGIFY(version)
static const char *const sonames[libraries] = {
    [avutil] = SONAME(avutil, LIBAVUTIL_VERSION_MAJOR),
    [avcodec] = SONAME(avcodec, LIBAVCODEC_VERSION_MAJOR),
    [avformat] = SONAME(avformat, LIBAVFORMAT_VERSION_MAJOR),
    [swscale] = SONAME(swscale, LIBSWSCALE_VERSION_MAJOR),
};

static struct {
#define DECLARE(library, result, name, parameters, arguments) __typeof__(name) *name;
  FUNCTIONS(DECLARE)
} found;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char problem[512];

static void open_libraries(void) {
  void *opened[libraries];
  for (int i = 0; i < libraries; i++) {
    opened[i] = dlopen(sonames[i], RTLD_LAZY | RTLD_LOCAL);
    if (!opened[i]) {
      const char *why = dlerror();
      snprintf(
          problem, sizeof problem,
          "FFmpeg cannot be loaded (%s). On Debian: apt install libavformat-dev libavcodec-dev libswscale-dev",
          why ? why : "no reason given");
      return;
    }
  }
#define FIND(library, result, name, parameters, arguments)                                             \
  if (!(found.name = (__typeof__(found.name))dlsym(opened[library], #name))) {                         \
    snprintf(                                                                                          \
        problem, sizeof problem,                                                                       \
        "FFmpeg's %s has no function " #name ": it is not the version that Sluice was built with. Build Sluice again", \
        sonames[library]);                                                                             \
    return;                                                                                            \
  }
  FUNCTIONS(FIND)
  found.av_log_set_level(AV_LOG_QUIET);
}

const char *sluice_ffmpeg_open(void) {
  pthread_once(&once, open_libraries);
  return problem[0] ? problem : NULL;
}

static void require_libraries(void) {
  const char *why = sluice_ffmpeg_open();
  if (!why) return;
  fprintf(stderr, "%s\n", why);
  abort();
}

#define FORWARD(library, result, name, parameters, arguments) \
  result name parameters {                                    \
    require_libraries();                                      \
    return found.name arguments;                              \
  }
FUNCTIONS(FORWARD)
