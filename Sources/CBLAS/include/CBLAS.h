// The libraries that multiply matrices, opened at run time.
#pragma once

#include "cblas_seam.h"
#include "onednn_seam.h"
