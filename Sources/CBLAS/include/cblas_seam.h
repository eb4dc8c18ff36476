// OpenBLAS, opened at run time, so that the right kernels can be asked for before the library looks at the CPU.
#pragma once
#include <stdbool.h>

/// Opens libopenblas once per process; later calls repeat the first answer.
///
/// OpenBLAS 0.3.21 takes recent AVX-512 processors for AVX2 ones. Where the processor has AVX-512 and the user has not set
/// OPENBLAS_CORETYPE, it is set to SKYLAKEX first: the library reads it while it is loaded.
/// Returns NULL on success, else what is wrong, in words.
const char *sluice_blas_open(void);

/// The kernels OpenBLAS chose, for example "SkylakeX"; "" before a successful open.
const char *sluice_blas_kernels(void);

/// C = alpha * op(A) op(B) + beta * C, row-major, on the calling thread alone.
///
/// op(A) is m x k, op(B) is k x n. The library must have been opened.
void sluice_blas_sgemm(
    bool transpose_a, bool transpose_b, long m, long n, long k, float alpha, const float *a, long lda, const float *b,
    long ldb, float beta, float *c, long ldc);
