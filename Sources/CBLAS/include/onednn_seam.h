// oneDNN (libdnnl.so.2), opened at run time where it is installed. Nothing needs it; it makes products faster.
#pragma once
#include <stdbool.h>

/// Opens libdnnl once per process; false where it is missing, has another interface, or SLUICE_ONEDNN=off.
bool sluice_dnn_open(void);

/// C = op(A) op(B) + keep * C in single precision, row-major, on the calling thread alone; keep is 0 or 1.
void sluice_dnn_sgemm(
    bool transpose_a, bool transpose_b, long m, long n, long k, float alpha, const float *a, long lda, const float *b,
    long ldb, float beta, float *c, long ldc);
