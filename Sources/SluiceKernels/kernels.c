#include "sluice_kernels.h"
