// Numbers of 16 bits: the upper half of a single-precision number.
#pragma once

// Rounded to the nearest, ties to even; what is not a number stays so.
void sluice_to_bfloat16(const void *floats, void *halves, long count);

void sluice_from_bfloat16(const void *halves, void *floats, long count);
