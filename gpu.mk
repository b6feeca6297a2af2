# gpu.mk: what nvcc compiles (src/*/cuda/*.cu), and what checks and measures it on a GPU. Read by the Makefile; docs/gpu.md says
# how to use it. Nothing else needs nvcc.

NVCC      ?= $(firstword $(shell command -v nvcc 2>/dev/null) $(wildcard /usr/local/cuda/bin/nvcc))
GPU_ARCHS ?= 80 90
NVCC_FLAGS := -O3 -std=c++17 $(foreach arch,$(GPU_ARCHS),-gencode arch=compute_$(arch),code=sm_$(arch)) \
  -gencode arch=compute_$(lastword $(GPU_ARCHS)),code=compute_$(lastword $(GPU_ARCHS)) --threads 2 \
  -Xcompiler -fPIC,-fvisibility=hidden,-Wall,-Wextra -Iinclude -Isrc

# NCCL=1: several GPUs for one training run (bon train --ranks); needs NCCL's header to build and its library to run.
NCCL      ?=
NCCL_LIBS ?= -lnccl
NCCL_HEADER := $(if $(NVCC),$(firstword $(wildcard $(dir $(NVCC))../include/nccl.h /usr/include/nccl.h)))

CUDA_SOURCES := $(filter-out $(if $(NCCL),,%/nccl.cu),$(sort $(wildcard src/*/cuda/*.cu)))
cuda_objects  = $(patsubst %.cu,$(O)/cuda/obj/%.o,$(filter $(1),$(CUDA_SOURCES)))

# Programs for `make gpu-check` and `make gpu-bench`, by room: tests/gpu/ROOM.c and bench/gpu_ROOM.c, each with the kernels of its
# room and no more of the library than gpu_sources_ROOM, so that a GPU's machine needs only a compiler, CUDA and xxhash's header.
GPU_CHECKS  := ngram lm
GPU_BENCHES := ngram lm
gpu_sources_ngram := $(addprefix src/base/,status.c buf.c hash.c parallel.c read_at.c store.c) \
  $(addprefix src/ngram/,gram_scan.c grams.c grams_spill.c runs.c sort.c contexts.c kn.c kn_level.c discount.c machine.c \
    machine_emulate.c passes.c passes_keys.c passes_levels.c passes_kn.c)
gpu_sources_lm := $(addprefix src/base/,status.c buf.c arena.c) \
  $(addprefix src/lm/,device.c graph.c ops.c optimizer.c params.c plan.c run.c transformer.c cpu/blas.c cpu/f32.c cpu/f32_avx512.c cpu/f64.c \
    cpu/pool.c cuda/backend.c cuda/device.c cuda/linear.c cuda/update.c)

# The probabilities of n-grams are to be the CPU's to the bit: products and sums are rounded each.
$(O)/cuda/obj/src/ngram/%.o: NVCC_FLAGS += -fmad=false

$(O)/cuda/obj/%.o: %.cu Makefile gpu.mk
	@mkdir -p $(@D)
	$(NVCC) $(NVCC_FLAGS) -MMD -MP -MF $(@:.o=.d) -MT $@ -c $< -o $@

-include $(CUDA_SOURCES:%.cu=$(O)/cuda/obj/%.d) $(patsubst %,$(O)/obj/tests/gpu/%.d,$(GPU_CHECKS) standin/lm/kernels) \
  $(patsubst %,$(O)/obj/bench/gpu_%.d,$(GPU_BENCHES))

$(O)/obj/tests/gpu/%.o $(O)/obj/bench/gpu_%.o: override CFLAGS += -Itests/gpu

define gpu_program
$(O)/cuda/$(1)-$(2): $(O)/obj/$(3).o $(patsubst %.c,$(O)/obj/%.o,$(gpu_sources_$(2))) $(call cuda_objects,src/$(2)/%)
	@mkdir -p $$(@D)
	$$(NVCC) -Xcompiler -pthread -o $$@ $$^ -lm
endef
$(foreach room,$(GPU_CHECKS),$(eval $(call gpu_program,check,$(room),tests/gpu/$(room))))
$(foreach room,$(GPU_BENCHES),$(eval $(call gpu_program,bench,$(room),bench/gpu_$(room))))

GPU_CHECK_PROGRAMS := $(GPU_CHECKS:%=$(O)/cuda/check-%)
GPU_BENCH_PROGRAMS := $(GPU_BENCHES:%=$(O)/cuda/bench-%)

# The checks of rooms whose kernels run on the stand-in for CUDA too (tests/gpu/standin), for want of a GPU; needs no nvcc.
GPU_STANDINS := ngram lm
standin_cu_ngram := $(filter src/ngram/%,$(CUDA_SOURCES))
standin_cu_lm    := src/lm/cuda/machine.cu
standin_c_lm     := tests/gpu/standin/lm/kernels.c
GPU_STANDIN_PROGRAMS := $(GPU_STANDINS:%=$(O)/cuda/standin-%)
GPU_STANDIN_PROGRAMS += $(O)/cuda/standin-nccl
STANDIN_FLAGS = -x c++ -std=c++17 -O1 -g -D__CUDACC__ -DBON_COPY_SLICE=8192 $(STANDIN_INCLUDE) -Iinclude -Isrc $(VARIANT_FLAGS)
STANDIN_INCLUDE = -Itests/gpu/standin
$(O)/cuda/standin/src/lm/cuda/machine.o: STANDIN_INCLUDE = -Itests/gpu/standin/lm
$(O)/cuda/standin/%.o: %.cu gpu.mk $(wildcard tests/gpu/standin/*.h tests/gpu/standin/lm/*.h)
	@mkdir -p $(@D)
	$(CXX) $(STANDIN_FLAGS) -MMD -MP -c $< -o $@
-include $(patsubst %.cu,$(O)/cuda/standin/%.d,$(CUDA_SOURCES))

define standin_program
$(O)/cuda/standin-$(1): $(O)/obj/tests/gpu/$(1).o $(patsubst %.c,$(O)/obj/%.o,$(gpu_sources_$(1))) \
  $(patsubst %.c,$(O)/obj/%.o,$(standin_c_$(1))) $(patsubst %.cu,$(O)/cuda/standin/%.o,$(standin_cu_$(1)))
	@mkdir -p $$(@D)
	$$(CXX) $$(LDFLAGS) -o $$@ $$^ -lm
endef
$(foreach room,$(GPU_STANDINS),$(eval $(call standin_program,$(room))))

# Several GPUs: threads instead of processes, the emulation instead of the GPU, and nccl.cu with what stands in for NCCL.
$(O)/cuda/standin-nccl: $(patsubst %.c,$(O)/obj/%.o,tests/gpu/nccl.c src/lm/ranks.c $(gpu_sources_lm)) \
  $(O)/cuda/standin/src/lm/cuda/nccl.o
	@mkdir -p $(@D)
	$(CXX) $(LDFLAGS) -o $@ $^ -lm
-include $(O)/obj/tests/gpu/nccl.d $(O)/cuda/standin/src/lm/cuda/nccl.d

need_nvcc = $(if $(NVCC),,$(error there is no nvcc: install the CUDA toolkit, put nvcc on the PATH, or say NVCC=FILE))

# Linked before the library, the kernels take the place of what says there are none.
$(O)/cuda/bon: $(CMD_OBJECTS) $(call cuda_objects,%) $(O)/libbon.a
	@mkdir -p $(@D)
	$(NVCC) -Xcompiler -pthread -o $@ $^ $(LIBS) $(if $(NCCL),$(NCCL_LIBS))

.PHONY: cuda check-cuda gpu-check gpu-bench

## cuda: the command with CUDA in it, build/cuda/bon (needs nvcc, no GPU; NCCL=1: for several GPUs)
cuda:
	$(need_nvcc)
	@$(MAKE) --no-print-directory $(O)/cuda/bon

## check-cuda: what can be checked without a GPU: its code on a stand-in for CUDA; with nvcc also that it compiles, and the command
check-cuda:
	@$(MAKE) --no-print-directory $(JOBS) $(GPU_STANDIN_PROGRAMS) $(if $(NVCC),$(O)/cuda/bon $(GPU_CHECK_PROGRAMS) $(GPU_BENCH_PROGRAMS)) \
	  $(if $(NCCL_HEADER),$(O)/cuda/obj/src/lm/cuda/nccl.o)
	@tests/gpu/check.sh $(O) "$(if $(NVCC),$(GPU_ARCHS))" $(GPU_STANDIN_PROGRAMS) $(if $(NVCC),$(GPU_CHECK_PROGRAMS))

## gpu-check: compare the GPU with the CPU; needs this tree, a compiler, nvcc, a GPU and xxhash's header (a copy in include/ will do)
gpu-check:
	$(need_nvcc)
	@$(MAKE) --no-print-directory $(GPU_CHECK_PROGRAMS)
	@tests/gpu/run.sh $(GPU_CHECK_PROGRAMS)

## gpu-bench: measure the GPU against the CPU, into bench/results/ (WORDS=1000000000)
gpu-bench:
	$(need_nvcc)
	@$(MAKE) --no-print-directory $(GPU_BENCH_PROGRAMS)
	@for room in $(GPU_BENCHES); do GPU_BENCH=$(O)/cuda/bench-$$room bench/gpu_$$room.sh || exit 1; done
