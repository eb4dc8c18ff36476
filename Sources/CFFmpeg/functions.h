// FFmpeg's functions that are used, by library: X(library, result, name, parameters, arguments). The compiler compares
// each with its declaration in FFmpeg's headers.
#pragma once

#define FUNCTIONS(X)                                                                                                 \
  X(avutil, void, av_dict_free, (AVDictionary **d), (d))                                                             \
  X(avutil, int, av_dict_set, (AVDictionary **d, const char *k, const char *v, int f), (d, k, v, f))                 \
  X(avutil, double, av_display_rotation_get, (const int32_t m[9]), (m))                                              \
  X(avutil, AVFrame *, av_frame_alloc, (void), ())                                                                   \
  X(avutil, AVFrame *, av_frame_clone, (const AVFrame *f), (f))                                                      \
  X(avutil, void, av_frame_free, (AVFrame **f), (f))                                                                 \
  X(avutil, int, av_frame_get_buffer, (AVFrame *f, int align), (f, align))                                           \
  X(avutil, void, av_frame_unref, (AVFrame *f), (f))                                                                 \
  X(avutil, int, av_get_cpu_flags, (void), ())                                                                       \
  X(avutil, const char *, av_get_pix_fmt_name, (enum AVPixelFormat f), (f))                                          \
  X(avutil, void, av_log_set_level, (int l), (l))                                                                    \
  X(avutil, int, av_opt_set_int, (void *o, const char *n, int64_t v, int f), (o, n, v, f))                           \
  X(avutil, int, av_image_get_linesize, (enum AVPixelFormat f, int w, int p), (f, w, p))                             \
  X(avutil, struct AVMurMur3 *, av_murmur3_alloc, (void), ())                                                        \
  X(avutil, void, av_murmur3_init, (struct AVMurMur3 *c), (c))                                                       \
  X(avutil, void, av_murmur3_update, (struct AVMurMur3 *c, const uint8_t *s, size_t n), (c, s, n))                   \
  X(avutil, void, av_murmur3_final, (struct AVMurMur3 *c, uint8_t d[16]), (c, d))                                    \
  X(avutil, void, av_free, (void *p), (p))                                                                           \
  X(avutil, const AVPixFmtDescriptor *, av_pix_fmt_desc_get, (enum AVPixelFormat f), (f))                            \
  X(avutil, int, av_strerror, (int e, char *b, size_t n), (e, b, n))                                                 \
  X(avcodec, int, av_new_packet, (AVPacket *p, int n), (p, n))                                                       \
  X(avcodec, AVPacket *, av_packet_alloc, (void), ())                                                                \
  X(avcodec, uint8_t *, av_packet_get_side_data,                                                                     \
    (const AVPacket *p, enum AVPacketSideDataType t, size_t *n), (p, t, n))                                          \
  X(avcodec, void, av_packet_free, (AVPacket **p), (p))                                                              \
  X(avcodec, uint8_t *, av_packet_new_side_data, (AVPacket *p, enum AVPacketSideDataType t, size_t n), (p, t, n))    \
  X(avcodec, void, av_packet_move_ref, (AVPacket *p, AVPacket *q), (p, q))                                           \
  X(avcodec, int, av_packet_ref, (AVPacket *p, const AVPacket *q), (p, q))                                           \
  X(avcodec, void, av_packet_rescale_ts, (AVPacket *p, AVRational a, AVRational b), (p, a, b))                       \
  X(avcodec, void, av_packet_unref, (AVPacket *p), (p))                                                              \
  X(avcodec, AVCodecContext *, avcodec_alloc_context3, (const AVCodec *c), (c))                                      \
  X(avcodec, const AVCodecDescriptor *, avcodec_descriptor_get, (enum AVCodecID i), (i))                             \
  X(avcodec, const AVCodec *, avcodec_find_decoder, (enum AVCodecID i), (i))                                         \
  X(avcodec, const AVCodec *, avcodec_find_encoder_by_name, (const char *n), (n))                                    \
  X(avcodec, void, avcodec_flush_buffers, (AVCodecContext *c), (c))                                                  \
  X(avcodec, void, avcodec_free_context, (AVCodecContext **c), (c))                                                  \
  X(avcodec, const char *, avcodec_get_name, (enum AVCodecID i), (i))                                                \
  X(avcodec, int, avcodec_open2, (AVCodecContext *c, const AVCodec *d, AVDictionary **o), (c, d, o))                 \
  X(avcodec, AVCodecParameters *, avcodec_parameters_alloc, (void), ())                                              \
  X(avcodec, int, avcodec_parameters_copy, (AVCodecParameters *p, const AVCodecParameters *q), (p, q))               \
  X(avcodec, void, avcodec_parameters_free, (AVCodecParameters **p), (p))                                            \
  X(avcodec, int, avcodec_parameters_from_context, (AVCodecParameters *p, const AVCodecContext *c), (p, c))          \
  X(avcodec, int, avcodec_parameters_to_context, (AVCodecContext *c, const AVCodecParameters *p), (c, p))            \
  X(avcodec, int, avcodec_receive_frame, (AVCodecContext *c, AVFrame *f), (c, f))                                    \
  X(avcodec, int, avcodec_receive_packet, (AVCodecContext *c, AVPacket *p), (c, p))                                  \
  X(avcodec, int, avcodec_send_frame, (AVCodecContext *c, const AVFrame *f), (c, f))                                 \
  X(avcodec, int, avcodec_send_packet, (AVCodecContext *c, const AVPacket *p), (c, p))                               \
  X(avformat, const AVInputFormat *, av_find_input_format, (const char *n), (n))                                     \
  X(avformat, int, av_interleaved_write_frame, (AVFormatContext *c, AVPacket *p), (c, p))                            \
  X(avformat, int, av_read_frame, (AVFormatContext *c, AVPacket *p), (c, p))                                         \
  X(avformat, int, av_seek_frame, (AVFormatContext *c, int s, int64_t t, int f), (c, s, t, f))                       \
  X(avformat, int, av_write_trailer, (AVFormatContext *c), (c))                                                      \
  X(avformat, AVFormatContext *, avformat_alloc_context, (void), ())                                                 \
  X(avformat, int, avformat_alloc_output_context2,                                                                   \
    (AVFormatContext **c, const AVOutputFormat *o, const char *n, const char *f), (c, o, n, f))                      \
  X(avformat, void, avformat_close_input, (AVFormatContext **c), (c))                                                \
  X(avformat, int, avformat_find_stream_info, (AVFormatContext *c, AVDictionary **o), (c, o))                        \
  X(avformat, void, avformat_free_context, (AVFormatContext *c), (c))                                                \
  X(avformat, int, avformat_index_get_entries_count, (const AVStream *s), (s))                                       \
  X(avformat, AVStream *, avformat_new_stream, (AVFormatContext *c, const AVCodec *d), (c, d))                       \
  X(avformat, int, avformat_open_input,                                                                              \
    (AVFormatContext **c, const char *u, const AVInputFormat *f, AVDictionary **o), (c, u, f, o))                    \
  X(avformat, int, avformat_write_header, (AVFormatContext *c, AVDictionary **o), (c, o))                            \
  X(avformat, int, avio_closep, (AVIOContext **s), (s))                                                              \
  X(avformat, int, avio_open, (AVIOContext **s, const char *u, int f), (s, u, f))                                    \
  X(avformat, int, avio_open2,                                                                                       \
    (AVIOContext **s, const char *u, int f, const AVIOInterruptCB *i, AVDictionary **o), (s, u, f, i, o))            \
  X(swscale, struct SwsContext *, sws_alloc_context, (void), ())                                                     \
  X(swscale, void, sws_freeContext, (struct SwsContext *c), (c))                                                     \
  X(swscale, const int *, sws_getCoefficients, (int m), (m))                                                         \
  X(swscale, int, sws_init_context, (struct SwsContext *c, SwsFilter *a, SwsFilter *b), (c, a, b))                   \
  X(swscale, int, sws_scale,                                                                                         \
    (struct SwsContext *c, const uint8_t *const s[], const int t[], int y, int h, uint8_t *const d[], const int e[]),\
    (c, s, t, y, h, d, e))                                                                                           \
  X(swscale, int, sws_setColorspaceDetails,                                                                          \
    (struct SwsContext *c, const int i[4], int r, const int o[4], int s, int b, int n, int u),                       \
    (c, i, r, o, s, b, n, u))                                                                                        \
  SIDE_DATA_FUNCTIONS(X)

// The side data of a stream moved from AVStream to its codec parameters in FFmpeg 6.1.
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(60, 31, 102)
#define SIDE_DATA_FUNCTIONS(X)                                                                                       \
  X(avcodec, const AVPacketSideData *, av_packet_side_data_get,                                                      \
    (const AVPacketSideData *d, int n, enum AVPacketSideDataType t), (d, n, t))                                      \
  X(avcodec, AVPacketSideData *, av_packet_side_data_new,                                                            \
    (AVPacketSideData **d, int *n, enum AVPacketSideDataType t, size_t s, int f), (d, n, t, s, f))
#else
#define SIDE_DATA_FUNCTIONS(X)                                                                                       \
  X(avformat, uint8_t *, av_stream_get_side_data,                                                                    \
    (const AVStream *s, enum AVPacketSideDataType t, size_t *n), (s, t, n))                                          \
  X(avformat, uint8_t *, av_stream_new_side_data, (AVStream *s, enum AVPacketSideDataType t, size_t n), (s, t, n))
#endif
