#pragma once

// For ZSTD_c_experimentalParam5, the literal compression mode, and ZSTD_findFrameCompressedSize.
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>
#include <zstd_errors.h>
