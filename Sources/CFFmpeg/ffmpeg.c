// FFmpeg's libraries, opened at the first call instead of when the program starts: with what they depend on they are
// some sixty files, which a command that reads no video need not pay for.

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

void *sluice_ffmpeg_replace(const char *name, void *function) {
  if (sluice_ffmpeg_open()) return NULL;
#define REPLACE(library, result, function_name, parameters, arguments) \
  if (!strcmp(name, #function_name)) {                                 \
    void *own = (void *)found.function_name;                           \
    found.function_name = (__typeof__(found.function_name))function;   \
    return own;                                                        \
  }
  FUNCTIONS(REPLACE)
  return NULL;
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

uint64_t sluice_frame_digest(const AVFrame *frame) {
  struct AVMurMur3 *hash = av_murmur3_alloc();
  const AVPixFmtDescriptor *form = av_pix_fmt_desc_get(frame->format);
  if (!hash || !form) abort();  // out of memory, or a frame that no decoder gives
  av_murmur3_init(hash);
  int32_t shape[3] = {frame->width, frame->height, frame->format};
  av_murmur3_update(hash, (const uint8_t *)shape, sizeof shape);
  for (int plane = 0; plane < 4 && frame->data[plane]; plane++) {
    if (plane == 1 && form->flags & AV_PIX_FMT_FLAG_PAL) {
      av_murmur3_update(hash, frame->data[plane], AVPALETTE_SIZE);
      break;
    }
    int bytes = av_image_get_linesize(frame->format, frame->width, plane);
    int is_chroma = plane == 1 || plane == 2;
    int rows = is_chroma ? AV_CEIL_RSHIFT(frame->height, form->log2_chroma_h) : frame->height;
    for (int row = 0; row < rows && bytes > 0; row++)
      av_murmur3_update(hash, frame->data[plane] + (ptrdiff_t)row * frame->linesize[plane], (size_t)bytes);
  }
  uint64_t digest[2];
  av_murmur3_final(hash, (uint8_t *)digest);
  av_free(hash);
  return digest[0];
}
