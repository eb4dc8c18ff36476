// The loops that must use wide vectors. Each has a portable version and is chosen at run time.
// One header for each group of kernels.
#pragma once

#include "color.h"
#include "cpu.h"
#include "fixed.h"
#include "hog.h"
#include "noise.h"
#include "patches.h"
#include "pixels.h"
#include "shard_filter.h"
#include "tensor_attention.h"
#include "tensor_bfloat.h"
#include "tensor_conv.h"
#include "tensor_optim.h"
#include "tensor_rows.h"
#include "tensor_short_attention.h"
#include "tensor_team.h"
