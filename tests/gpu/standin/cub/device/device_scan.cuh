/* See tests/gpu/standin/cuda_runtime.h. */
#include "cuda_runtime.h"
