/* src/lm/cpu/f64.c: the CPU backend in 64-bit floats: what finite differences are taken with. */
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "lm/random.h"

#define REAL double
#define GEMM dgemm
#define BACKEND bon_cpu_f64

static inline double exponential(double x) { return exp(x); }

#include "lm/cpu/template.h"

#include "lm/cpu/gemm_template.h"

#include "lm/cpu/map_template.h"

#include "lm/cpu/attention_template.h"
#include "lm/cpu/linear_template.h"
#include "lm/cpu/norm_template.h"
#include "lm/cpu/optimizer_template.h"
#include "lm/cpu/softmax_template.h"

#include "lm/cpu/backend_template.h"
