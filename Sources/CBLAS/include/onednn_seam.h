// oneDNN (libdnnl.so.2), opened at run time where it is installed. Nothing needs it; it makes products faster.
#pragma once
#include <stdbool.h>

/// Opens libdnnl once per process; false where it is missing, has another interface, or SLUICE_ONEDNN=off.
bool sluice_dnn_open(void);

/// C = op(A) op(B) + keep * C in single precision, row-major, on the calling thread alone; keep is 0 or 1.
void sluice_dnn_sgemm(
    bool transpose_a, bool transpose_b, long m, long n, long k, float alpha, const float *a, long lda, const float *b,
    long ldb, float beta, float *c, long ldc);

/// Whether products of bfloat16 numbers are faster than single-precision ones on this processor.
bool sluice_dnn_has_bfloat16(void);

/// C = op(A) op(B) + bias, or + C, of bfloat16 matrices, summed in single precision, on the calling thread alone.
///
/// op(A) is m x k, op(B) is k x n, all row-major with the given strides. C is bfloat16 or float. bias has n floats or is
/// NULL. Returns false if oneDNN refuses.
bool sluice_dnn_matmul(
    bool transpose_a, bool transpose_b, long m, long n, long k, const void *a, long lda, const void *b, long ldb,
    const float *bias, bool accumulate, bool c_is_float, void *c, long ldc);
