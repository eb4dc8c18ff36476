// Opens OpenBLAS at run time; see blas.c.
#pragma once
