#include "cblas_seam.h"
