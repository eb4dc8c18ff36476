// FFmpeg's headers, its libraries opened at the first call, and what Swift cannot import of them: macros with arguments
// become static inline functions.
#pragma once

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/cpu.h>
#include <libavutil/display.h>
#include <libavutil/imgutils.h>
#include <libavutil/mem.h>
#include <libavutil/murmur3.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>

/// Opens FFmpeg's libraries once per process; later calls repeat the first answer.
///
/// Returns NULL on success, else what is wrong, in words. Any function of FFmpeg opens them too, and ends the program
/// where that fails.
const char *sluice_ffmpeg_open(void);

/// Puts `function` in the place of the function of FFmpeg of that name, for all that Sluice calls from here on: for tests
/// of what happens where FFmpeg fails.
///
/// Returns the function that was called before, NULL where no function of that name is used.
void *sluice_ffmpeg_replace(const char *name, void *function);

/// Distinguishes decoded frames: equal for equal samples, size and format, and for no others to be met.
uint64_t sluice_frame_digest(const AVFrame *frame);

static inline int sluice_averror_again(void) { return AVERROR(EAGAIN); }
static inline int sluice_averror_nomem(void) { return AVERROR(ENOMEM); }
static inline int sluice_averror_access(void) { return AVERROR(EACCES); }
static inline int sluice_averror_eof(void) { return AVERROR_EOF; }
static inline int sluice_averror_exit(void) { return AVERROR_EXIT; }
static inline int64_t sluice_no_pts(void) { return AV_NOPTS_VALUE; }

// The side data of a stream moved from AVStream to its codec parameters in FFmpeg 6.1.
static inline const int32_t *sluice_display_matrix(const AVStream *stream) {
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(60, 31, 102)
  const AVPacketSideData *data = av_packet_side_data_get(
      stream->codecpar->coded_side_data, stream->codecpar->nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX);
  return data && data->size >= 9 * sizeof(int32_t) ? (const int32_t *)data->data : NULL;
#else
  size_t size = 0;
  const uint8_t *data = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
  return data && size >= 9 * sizeof(int32_t) ? (const int32_t *)data : NULL;
#endif
}

static inline void sluice_set_display_matrix(AVStream *stream, const int32_t *matrix) {
  uint8_t *data = NULL;
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(60, 31, 102)
  AVPacketSideData *side = av_packet_side_data_new(
      &stream->codecpar->coded_side_data, &stream->codecpar->nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX,
      9 * sizeof(int32_t), 0);
  if (side) data = side->data;
#else
  data = av_stream_new_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, 9 * sizeof(int32_t));
#endif
  if (data)
    for (int i = 0; i < 9; i++) ((int32_t *)data)[i] = matrix[i];
}
