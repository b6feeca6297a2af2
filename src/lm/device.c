/* src/lm/device.c: devices: which backend, how many threads. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lm/backend.h"
#include "lm/cpu/blas.h"
#include "lm/cpu/pool.h"
#include "lm/cuda/gpu.h"

enum { THREADS_MAX = 256 };

bon_status bon_cpu_open(bon_device *device, const bon_device_options *options) {
    if (options->real != BON_F32 && options->real != BON_F64)
        return bon_fail(BON_ERR_ARGUMENT, "the CPU computes in 32-bit and 64-bit floats only");
    const bool wide = options->real == BON_F64;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    device->threads = options->threads ? options->threads : cores > 0 ? (unsigned)cores : 1;
    if (device->threads > THREADS_MAX) device->threads = THREADS_MAX;
    device->backend = wide ? &bon_cpu_f64 : bon_cpu_f32_best();
    device->blas = bon_blas_load();
    BON_TRY(bon_pool_open(&device->pool, device->threads));
    snprintf(device->name, sizeof device->name, "cpu, %d-bit floats, %u threads, %s", wide ? 64 : 32, device->threads,
             device->blas->name);
    return BON_OK;
}

void bon_cpu_close(bon_device *device) { bon_pool_close(device->pool); }

bon_status bon_device_open(bon_device **out, const bon_device_options *options) {
    const bon_device_options defaults = {0};
    if (!options) options = &defaults;
    const char *kind = options->kind ? options->kind : "cpu";
    const bool gpu = strcmp(kind, "cuda") == 0;
    if (!gpu && strcmp(kind, "cpu") != 0)
        return bon_fail(BON_ERR_ARGUMENT, "device \"%s\": there are \"cpu\" and \"cuda\"", kind);
    bon_device *device = bon_alloc_zeroed(1, sizeof *device);
    if (!device) return BON_ERR_NOMEM;
    bon_status status = gpu ? bon_gpu_open(device, options) : bon_cpu_open(device, options);
    if (status != BON_OK) {
        free(device);
        return status;
    }
    *out = device;
    return BON_OK;
}

void bon_device_close(bon_device *device) {
    if (!device) return;
    if (device->gpu)
        bon_gpu_close(device);
    else
        bon_cpu_close(device);
    free(device);
}

const char *bon_device_name(const bon_device *device) { return device->name; }

const char *bon_device_notice(const bon_device *device) { return device->notice; }

double bon_device_peak(bon_device *device) { return device->backend->peak ? device->backend->peak(device) : 0; }

size_t bon_device_memory(bon_device *device) { return device->backend->memory ? device->backend->memory(device) : 0; }
